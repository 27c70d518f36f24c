//! The shop beside a shop on Express, which has the same sessions at the same time.
//!
//! What Express does is asked of Express: its own program, its packages, and the servers that both keep sessions in.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what is not there fails the test"
)]
#![expect(clippy::print_stdout, reason = "`--nocapture` shows what both have written")]

/// What is visited.
const PROGRAM: &str = env!("CARGO_BIN_EXE_shop-axum");

mod both;
#[path = "../../../shop/tests/suite/browser.rs"]
#[expect(dead_code, reason = "other tests do more with it")]
mod browser;
mod node;
#[path = "../../../shop/tests/suite/process.rs"]
#[expect(dead_code, reason = "other tests do more with it")]
mod process;
#[path = "../../../shop/tests/suite/reply.rs"]
#[expect(dead_code, reason = "other tests do more with it")]
mod reply;

use browser::Browser;
use reply::Reply;

/// The same tests for each package that keeps the sessions of Express.
macro_rules! kinds {
    ($($test:ident)*) => {
        kinds!(redis Redis [$($test)*]);
        kinds!(mongodb_session MongodbSession [$($test)*]);
        kinds!(connect_mongo ConnectMongo [$($test)*]);
    };
    ($module:ident $kind:ident [$($test:ident)*]) => {
        mod $module {
            use crate::both::{Kind, promises};

            $(#[test] fn $test() { promises::$test(Kind::$kind); })*
        }
    };
}

kinds! {
    who_signs_in_at_one_is_signed_in_at_the_other
    the_cart_is_one
    signing_out_at_one_is_signing_out_at_the_other
    what_is_ended_at_one_is_ended_at_the_other
    a_new_id_at_one_is_a_new_id_at_the_other
    a_visitor_who_looks_around_gets_no_session
    both_write_the_same
    what_the_other_does_not_know_stays
    values_come_back_unchanged
    a_session_keeps_its_own_age
    a_cookie_without_an_age_has_none_from_either
    rolling_is_the_affair_of_express
    any_of_the_secrets_is_believed
    a_cookie_that_was_tampered_with_is_no_session
    no_write_of_express_is_overwritten
    no_write_of_ours_is_lost
    devices_are_not_listed_and_it_says_why
    nobody_is_logged_out_when_the_last_route_has_moved
}
