//! The example shop without its framework: pages, cart and customers, options, and how a shop starts and stops.
//!
//! A shop on a framework extracts a request's [`Session`](session_kit::Session), [`Format`] and form, asks the function in
//! [`requests`] that is the handler's namesake, and sends the [`Reply`].

pub mod assets;
mod cart;
mod catalogue;
mod customer;
mod express;
mod fixed_cart;
mod form;
mod format;
mod frame;
pub mod headers;
mod logging;
mod options;
mod pages;
mod reply;
pub mod requests;
pub mod same_origin;
mod secret_file;
mod start;
mod start_error;
mod stop;
mod words;

pub use fixed_cart::FixedCart;
pub use form::{InvalidForm, LARGEST_FORM};
pub use format::Format;
pub use reply::Reply;
pub use start::run;
pub use start_error::StartError;
pub use stop::{Asked, PATIENCE, until_stopped};
