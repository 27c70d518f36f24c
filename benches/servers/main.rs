//! Whole servers, which are processes of their own, over HTTP: the shops, the shops without sessions, and the same on
//! Express.

mod answer;
mod client;
mod contestant;
mod everybody;
mod line_up;
mod mongo;
mod process;
mod programs;
#[path = "../redis/server.rs"]
#[expect(dead_code, reason = "nobody asks what it uses")]
mod redis_server;
mod request;
mod visitor;
mod visitors;

use std::process::ExitCode;

use session_bench::{Case, Options, Report, Runtimes, Threads, compare};

use line_up::LineUp;
use mongo::Mongo;
use programs::Programs;
use redis_server::Server as Redis;

/// With a session each.
const VISITORS: usize = 1024;
/// The most connections: servers on one machine with who asks them have no use for more.
const MOST_CONNECTIONS: usize = 64;

fn main() -> ExitCode {
    match measure(&Options::read()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &Options) -> Result<(), String> {
    let runtimes = Runtimes::new(Threads::OneRuntime);
    let (programs, redis, mongo) = (Programs::find()?, Redis::start()?, Mongo::find(&runtimes)?);
    let visitors = if options.is_once() { MOST_CONNECTIONS } else { VISITORS };
    let line_up = LineUp::start(&runtimes, visitors, &programs, &redis, &mongo)?;
    let server = format!(
        "Redis {}, MongoDB {}, Node {}",
        redis.version,
        mongo.version,
        programs.node_version()
    );
    let about = [
        ("server", server),
        ("visitors", visitors.to_string()),
        ("page bytes", line_up.page_bytes().to_string()),
    ];
    let mut report = Report::new("servers", about);
    for (name, entrants) in line_up.cases() {
        if !name.contains(&options.only) {
            continue;
        }
        for &concurrency in options.concurrency.iter().filter(|&&many| many <= MOST_CONNECTIONS) {
            let case = Case {
                name,
                concurrency,
                items: visitors,
                server: None,
                counts_allocations: false,
                is_timed: true,
                entrants: &entrants,
            };
            report.add(compare(&runtimes, &case, options));
        }
    }
    line_up.assert_complete_carts(&runtimes, visitors);
    report.finish(options);
    drop(line_up);
    mongo.clear(&runtimes);
    Ok(())
}
