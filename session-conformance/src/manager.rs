//! The promises of session managers on a store, as cases: two nodes of one application, without HTTP.
//!
//! The store contract says what each operation answers; these say what becomes of sessions where two managers use the store
//! at once, and what each request costs in store calls. A case wants an empty store and moves time by hand.

mod adoption;
mod calls;
mod case;
mod ends;
mod limits;
mod nodes;
mod overlap;
mod revoke;
mod rotation;

#[doc(hidden)]
#[doc(hidden)]
pub use crate::store::run;
pub use adoption::*;
pub use calls::*;
pub use case::cases;
pub use ends::*;
pub use limits::*;
pub use overlap::*;
pub use revoke::*;
pub use rotation::*;
