//! Sessions shared with an Express app: its cookie, its records, and the stores that its packages use.
//!
//! Everything that decides is as for sessions of our own. What differs is behind three doors: [`scheme`] reads and writes
//! the cookie, [`sharing`] turns store operations into reads and writes of what express-session keeps, and an
//! [`ExpressStore`] does those where connect-redis or its siblings keep it.

mod cookie_member;
mod foreign;
mod members;
mod owner_member;
mod predecessor;
mod reserved;
mod scheme;
mod secrets;
mod settings;
mod sharing;
mod sid;
mod store;
mod well_formed;

pub(crate) use cookie_member::began_securely;
pub(crate) use predecessor::{Beginning, Inheritance, Predecessor};
pub(crate) use reserved::is_reserved;
pub(crate) use scheme::CookieScheme;
pub use secrets::{ExpressSecrets, InvalidExpressSecrets};
pub use settings::ExpressSettings;
pub(crate) use sharing::Sharing;
pub use sid::ExpressSid;
pub use store::{
    ExpressHabits, ExpressRecord, ExpressRemoved, ExpressReplaced, ExpressSession, ExpressStore, ExpressVersion,
};
