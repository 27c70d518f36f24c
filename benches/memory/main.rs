//! Stores in memory, under one thread and under several: a map of many locks, `MemoryStore`, and those of tower-sessions.
//!
//! Each store is called as its own library calls it. Ours answers with bytes, the others with maps of values that they
//! have copied: that is their interface. Writes read first.

mod bytes;
mod contenders;
mod floor;
mod ours;
mod rival;
mod sessions;

use std::sync::Arc;
use std::time::Duration;

use session_bench::{Case, Entrant, Options, Report, Rival, Runtimes, Threads, compare};
use session_store_memory::{MemoryStore, WhenFull};
use tower_sessions_memory_store_of_stores::MemoryStore as RivalStore;
use tower_sessions_moka_store::MokaStore;

use contenders::{Create, Read, Write};
use floor::Floor;
use ours::Ours;
use sessions::Sessions;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn main() {
    let options = Options::read();
    let counts = if options.is_once() { Counts::FEW } else { Counts::ALL };
    let about = [
        ("sessions", counts.usual.to_string()),
        ("payload bytes", ours::PAYLOAD.len().to_string()),
    ];
    let mut report = Report::new("memory", about);
    for threads in [1, 2, 4] {
        let bench = Bench {
            runtimes: Runtimes::new(Threads::Workers(threads)),
            options: &options,
            threads,
        };
        bench.all_stores(&mut report, counts.usual);
        bench.full_store(&mut report, counts.usual);
        bench.ours_alone(
            &mut report,
            ["read, 10^4 sessions", "read and write, 10^4"],
            counts.less,
        );
        bench.ours_alone(
            &mut report,
            ["read, 10^6 sessions", "read and write, 10^6"],
            counts.more,
        );
    }
    if options.only.is_empty() {
        bytes::report(&mut report, counts.usual);
    }
    report.finish(&options);
}

/// How many sessions there are.
struct Counts {
    less: usize,
    usual: usize,
    more: usize,
}

impl Counts {
    const ALL: Self = Self {
        less: 10_000,
        usual: 100_000,
        more: 1_000_000,
    };
    const FEW: Self = Self {
        less: 1_000,
        usual: 1_000,
        more: 1_000,
    };
}

struct Bench<'a> {
    runtimes: Runtimes,
    options: &'a Options,
    threads: usize,
}

impl Bench<'_> {
    fn all_stores(&self, report: &mut Report, count: usize) {
        let floor = self.filled(Floor::new(), count);
        let ours = self.filled(Ours::new(MemoryStore::new()), count);
        let tower = self.filled(Rival::new(RivalStore::default(), DAY), count);
        let moka = self.filled(Rival::new(MokaStore::new(None), DAY), count);
        let reads = [
            Entrant::new("floor", Read::new(&floor, count)),
            Entrant::new("session-store-memory", Read::new(&ours, count)),
            Entrant::new("tower-sessions", Read::new(&tower, count)),
            Entrant::new("tower-sessions, moka", Read::new(&moka, count)),
        ];
        self.compare(report, "read", count, &reads);
        let writes = [
            Entrant::new("floor", Write::new(&floor, count)),
            Entrant::new("session-store-memory", Write::new(&ours, count)),
            Entrant::new("tower-sessions", Write::new(&tower, count)),
            Entrant::new("tower-sessions, moka", Write::new(&moka, count)),
        ];
        self.compare(report, "read and write", count, &writes);
    }

    /// Sessions that begin where there is no room: one is refused, or another one goes.
    fn full_store(&self, report: &mut Report, count: usize) {
        let store = |when_full| MemoryStore::builder().max_sessions(count).when_full(when_full);
        let refusing = Ours::new(store(WhenFull::Refuse).build().unwrap());
        let evicting = Ours::new(store(WhenFull::EvictNearestEnd).build().unwrap());
        let moka = Rival::new(MokaStore::new(Some(count as u64)), DAY);
        let entrants = [
            Entrant::new("refuse", Create::new(&self.filled(refusing, count), count)),
            Entrant::new("evict nearest end", Create::new(&self.filled(evicting, count), count)),
            Entrant::new("tower-sessions, moka", Create::new(&self.filled(moka, count), count)),
        ];
        self.compare(report, "create where full", count, &entrants);
    }

    fn ours_alone(&self, report: &mut Report, [read, write]: [&'static str; 2], count: usize) {
        let floor = self.filled(Floor::new(), count);
        let ours = self.filled(Ours::new(MemoryStore::new()), count);
        let reads = [
            Entrant::new("floor", Read::new(&floor, count)),
            Entrant::new("session-store-memory", Read::new(&ours, count)),
        ];
        self.compare(report, read, count, &reads);
        let writes = [
            Entrant::new("floor", Write::new(&floor, count)),
            Entrant::new("session-store-memory", Write::new(&ours, count)),
        ];
        self.compare(report, write, count, &writes);
    }

    fn filled<S: Sessions>(&self, sessions: S, count: usize) -> Arc<S> {
        self.runtimes.prepare(async move {
            bytes::fill(&sessions, 0, count).await;
            Arc::new(sessions)
        })
    }

    fn compare(&self, report: &mut Report, name: &'static str, items: usize, entrants: &[Entrant]) {
        if name.contains(&self.options.only) {
            let case = Case {
                name,
                concurrency: self.threads,
                items,
                server: None,
                counts_allocations: true,
                is_timed: false,
                entrants: &entrants.iter().collect::<Vec<_>>(),
            };
            report.add(compare(&self.runtimes, &case, self.options));
        }
    }
}
