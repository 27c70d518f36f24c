//! What sessions cost a request in process: against the framework without them, against what somebody would write by hand,
//! and against other libraries. One thread, no network, sessions in memory.
//!
//! A request is built within what is measured, and its cookie is copied out of the response where there is a new one: in the
//! same way for all contenders, so that neither is in what they add to the bare framework.

mod on_actix;
mod on_axum;
mod tables;
mod values;
mod visit;

use send_wrapper::SendWrapper;
use session_bench::{Case, Entrant, Options, Report, Runtimes, Threads, compare};

use on_actix::{actix_session, session_actix};
use on_axum::{axum_session, floor, session_axum, tower_sessions};
use visit::{App, Make, VISITORS, Visit, Visits};

/// What is done, on axum and on actix-web.
const CASES: [(Visit, &str, &str); 7] = [
    (Visit::NoCookie, "axum, no cookie", "actix, no cookie"),
    (Visit::Untouched, "axum, cookie, untouched", "actix, cookie, untouched"),
    (Visit::ReadOneOf5, "axum, read one of 5", "actix, read one of 5"),
    (Visit::ReadOneOf50, "axum, read one of 50", "actix, read one of 50"),
    (Visit::ReadAndWrite, "axum, read and write", "actix, read and write"),
    (Visit::NewSession, "axum, new session", "actix, new session"),
    (Visit::SignIn, "axum, sign in", "actix, sign in"),
];

fn main() {
    let options = Options::read();
    let about = [
        ("visitors", VISITORS.to_string()),
        ("5 values", "240 bytes of MessagePack".to_owned()),
        ("50 values", "7.7 KB of MessagePack".to_owned()),
    ];
    let mut report = Report::new("request", about);
    let runtimes = Runtimes::new(Threads::OneThread);
    for (visit, name, _) in CASES.iter().filter(|(_, name, _)| name.contains(&options.only)) {
        let entrants = axum_entrants(&runtimes, *visit);
        report.add(compare(&runtimes, &case(name, &entrants.each_ref()), &options));
    }
    for (visit, _, name) in CASES.iter().filter(|(.., name)| name.contains(&options.only)) {
        let entrants = actix_entrants(&runtimes, *visit);
        report.add(compare(&runtimes, &case(name, &entrants.each_ref()), &options));
    }
    tables::print(report.comparisons());
    report.finish(&options);
}

fn case<'a>(name: &'static str, entrants: &'a [&'a Entrant]) -> Case<'a> {
    Case {
        name,
        concurrency: 1,
        items: VISITORS,
        server: None,
        counts_allocations: true,
        is_timed: false,
        entrants,
    }
}

fn axum_entrants(runtimes: &Runtimes, visit: Visit) -> [Entrant; 7] {
    let entrant = |name, make| entrant(runtimes, name, visit, make);
    [
        entrant("bare", || Box::pin(on_axum::bare::site())),
        entrant("empty, boxed", || Box::pin(on_axum::bare::boxed_site())),
        entrant("floor", || Box::pin(floor::site())),
        entrant("session-axum", || Box::pin(session_axum::site())),
        entrant("tower-sessions", || Box::pin(tower_sessions::site())),
        entrant("axum_session", || Box::pin(axum_session::site())),
        entrant("axum_session, signed", || Box::pin(axum_session::signed_site())),
    ]
}

fn actix_entrants(runtimes: &Runtimes, visit: Visit) -> [Entrant; 4] {
    let entrant = |name, make| entrant(runtimes, name, visit, make);
    // What actix-web makes stays in the thread that has it made.
    [
        entrant("bare", || Box::pin(SendWrapper::new(on_actix::bare::site()))),
        entrant("empty", || Box::pin(SendWrapper::new(on_actix::bare::empty_site()))),
        entrant("session-actix", || Box::pin(SendWrapper::new(session_actix::site()))),
        entrant("actix-session", || Box::pin(SendWrapper::new(actix_session::site()))),
    ]
}

fn entrant<A: App>(runtimes: &Runtimes, name: &'static str, visit: Visit, make: Make<A>) -> Entrant {
    Entrant::new(name, runtimes.prepare(Visits::new(visit, make)))
}
