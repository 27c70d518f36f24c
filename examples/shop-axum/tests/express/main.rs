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
mod moving;
mod node;
#[path = "../../../shop/tests/suite/process.rs"]
#[expect(dead_code, reason = "other tests do more with it")]
mod process;
#[path = "../../../shop/tests/suite/reply.rs"]
#[expect(dead_code, reason = "other tests do more with it")]
mod reply;
mod trusting;

use browser::Browser;
use reply::Reply;

/// Tests for packages that keep the sessions of Express.
macro_rules! kinds {
    ($($module:ident $kind:ident)* : $tests:tt) => {
        $(kinds!(@ $module $kind $tests);)*
    };
    (@ $module:ident $kind:ident { $($test:ident)* }) => {
        mod $module {
            use crate::both::{Kind, promises};

            $(#[test] fn $test() { promises::$test(Kind::$kind); })*
        }
    };
}

kinds! { redis Redis mongodb_session MongodbSession connect_mongo ConnectMongo: {
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
    secure_is_as_the_request_that_begins_a_session
    secure_is_as_the_request_that_signs_in
    a_secure_session_gets_no_cookie_over_plain_http
    a_session_that_began_over_plain_http_becomes_secure_here_alone
    a_proxy_that_is_not_trusted_is_not_believed
    any_of_the_secrets_is_believed
    a_cookie_that_was_tampered_with_is_no_session
    no_write_of_express_is_overwritten
    no_write_of_ours_is_lost
    devices_are_not_listed_and_it_says_why
    nobody_is_logged_out_when_the_last_route_has_moved
} }

// Of what Redis is made is no affair of the package's: these are for the way to it.
kinds! { redis_cluster RedisCluster redis_sentinel RedisSentinel: {
    who_signs_in_at_one_is_signed_in_at_the_other
    the_cart_is_one
    a_new_id_at_one_is_a_new_id_at_the_other
    both_write_the_same
    no_write_of_ours_is_lost
    nobody_is_logged_out_when_the_last_route_has_moved
} }
