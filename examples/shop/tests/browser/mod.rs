//! The shop in Chromium, as visitors see it. Needs the service `browser`.

mod cookies;
mod pages;
mod profile;
mod visits;

pub(crate) use profile::Profile;
