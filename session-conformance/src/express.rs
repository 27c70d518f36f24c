//! The promises of sessions that are shared with an Express app, as cases.
//!
//! A store that does as a package of Express does is proven by what is written past it, as that package would write, and
//! by what is there afterwards. One line in a test makes them all:
//!
//! ```ignore
//! session_conformance::express_contract!(async { MySubject::connect().await });
//! ```
//!
//! Each case is a function here, too, so that it can be run against a store with a fault and be seen to fail.

mod case;
mod concurrent;
mod ends;
mod kept;
mod lost_reply;
mod stage;
mod strange;
mod subject;
mod succession;
mod writes;

pub use case::{cases, run};
pub use concurrent::*;
pub use ends::*;
pub use kept::*;
pub use lost_reply::*;
pub use strange::*;
pub use subject::Subject;
pub use succession::*;
pub use writes::*;
