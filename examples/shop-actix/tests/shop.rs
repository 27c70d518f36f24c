//! The shop on actix-web as its visitors see it: the built program, over real HTTP.

/// What is visited.
const PROGRAM: &str = env!("CARGO_BIN_EXE_shop-actix");

#[path = "../../shop/tests/suite/suite.rs"]
mod suite;
