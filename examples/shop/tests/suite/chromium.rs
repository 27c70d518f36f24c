//! The shop in Chromium, as visitors see it. Needs the service `browser`.

mod cookies;
mod pages;
mod profile;
mod visits;

use super::Shop;
use profile::Profile;
