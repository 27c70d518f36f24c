//! The shop itself, which knows sessions and no framework.

pub(crate) mod assets;
pub(crate) mod cart;
pub(crate) mod catalogue;
pub(crate) mod customer;
pub(crate) mod frame;
pub(crate) mod pages;
mod words;
