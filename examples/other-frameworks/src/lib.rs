//! session-kit under frameworks that have no adapter crate of their own.
//!
//! A module each, to be copied into an application. What they promise is in `tests`: the whole adapter contract, over HTTP.

pub mod poem;
pub mod salvo;
pub mod warp;
