//! Contenders one after another, again and again.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use tokio::runtime::Builder;
use tokio::time::sleep;

use crate::contender::{Entrant, Until};
use crate::latencies::Latencies;
use crate::options::Options;
use crate::process::cpu_time;
use crate::runtimes::{Runtimes, Threads};

/// What is compared.
pub struct Case<'a> {
    pub name: &'static str,
    pub concurrency: usize,
    /// How many items there are to operate on.
    pub items: usize,
    /// The server, if there is one.
    pub server: Option<u32>,
    /// Whether they can be counted: everything is done where it is asked for.
    pub counts_allocations: bool,
    /// Whether callers wait for something, so that it says something how long.
    pub is_timed: bool,
    /// The first is the one to whom the others are compared.
    pub entrants: &'a [&'a Entrant],
}

/// What came out.
#[derive(Serialize)]
pub struct Comparison {
    /// The store, where one subject has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<&'static str>,
    pub case: &'static str,
    pub threads: Threads,
    pub concurrency: usize,
    pub rounds: usize,
    pub slot_milliseconds: u128,
    pub results: Vec<Outcome>,
}

/// One contender's part of it. Ratios are to the first contender in the same round.
#[derive(Serialize)]
pub struct Outcome {
    pub name: &'static str,
    pub operations_per_second: Quartiles,
    pub ratio: Quartiles,
    pub cpu_microseconds: Quartiles,
    pub cpu_ratio: Quartiles,
    pub server_cpu_microseconds: Quartiles,
    /// The processor time of an operation, where one thread does everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nanoseconds: Option<Quartiles>,
    /// How much of it the first contender did not need in the same round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added_nanoseconds: Option<Quartiles>,
    /// How often an operation of a lone caller allocates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocations: Option<f64>,
    /// How long callers waited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_microseconds: Option<Latency>,
    /// What else a subject has to say of it, such as how many writes were lost.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub besides: BTreeMap<&'static str, f64>,
}

#[derive(Clone, Copy, Serialize)]
pub struct Quartiles {
    pub lower: f64,
    pub median: f64,
    pub upper: f64,
}

/// Of a thousand calls, how long the five hundredth, the 990th and the 999th took; and of all calls, the longest.
#[derive(Clone, Copy, Serialize)]
pub struct Latency {
    pub p50: f64,
    pub p99: f64,
    pub p999: f64,
    pub longest: f64,
}

#[derive(Clone, Copy)]
struct Sample {
    operations_per_second: f64,
    cpu_microseconds: f64,
    server_cpu_microseconds: f64,
}

/// Lets the contenders take turns, each round in another order: what disturbs one disturbs the others.
pub fn compare(runtimes: &Runtimes, case: &Case<'_>, options: &Options) -> Comparison {
    for entrant in case.entrants {
        runtimes.warm_up(entrant, options.warm_up(case.items));
    }
    let count = case.entrants.len();
    let mut samples = vec![Vec::new(); count];
    let mut latencies: Vec<_> = case.entrants.iter().map(|_| Latencies::new()).collect();
    let (rounds, slot) = options.turns(case.concurrency);
    for round in 0..rounds {
        for turn in 0..count {
            let turn = if round % 2 == 0 { turn } else { count - 1 - turn };
            let who = (turn + round / 2) % count;
            samples[who].push(sample(runtimes, case, case.entrants[who], slot, &mut latencies[who]));
        }
    }
    let outcomes = case.entrants.iter().zip(samples.iter().zip(&latencies));
    let is_work = runtimes.threads == Threads::OneThread;
    Comparison {
        of: None,
        case: case.name,
        threads: runtimes.threads,
        concurrency: case.concurrency,
        rounds,
        slot_milliseconds: slot.as_millis(),
        results: outcomes
            .map(|(entrant, (of, latencies))| Outcome {
                nanoseconds: is_work.then(|| nanoseconds(of)),
                added_nanoseconds: is_work.then(|| added_nanoseconds(of, &samples[0])),
                allocations: case.counts_allocations.then(|| allocations(entrant, case.items)),
                latency_microseconds: case.is_timed.then(|| latencies.percentiles()),
                ..outcome(entrant.name, of, &samples[0])
            })
            .collect(),
    }
}

fn sample(
    runtimes: &Runtimes,
    case: &Case<'_>,
    entrant: &Entrant,
    slot: Duration,
    latencies: &mut Latencies,
) -> Sample {
    let used = || {
        let server = entrant.server.or(case.server).map_or(Duration::ZERO, cpu_time);
        (cpu_time(std::process::id()), server)
    };
    let before = used();
    let (done, elapsed) = runtimes.run(entrant, case.concurrency, case.items, slot, case.is_timed);
    let after = used();
    latencies.add(&done.latencies);
    let operations = done.operations;
    runtimes.prepare(entrant.rest());
    let each =
        |after: Duration, before: Duration| 1e6 * after.saturating_sub(before).as_secs_f64() / operations.max(1) as f64;
    Sample {
        operations_per_second: operations as f64 / elapsed.as_secs_f64(),
        cpu_microseconds: each(after.0, before.0),
        server_cpu_microseconds: each(after.1, before.1),
    }
}

/// How often an operation allocates, with what it leaves to others in this thread.
fn allocations(entrant: &Entrant, items: usize) -> f64 {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let items = items.min(128);
    let operate = || {
        runtime.block_on(async {
            entrant.task(0..items, Until::Once, false).await;
            // A pool would lose what it is still taking back.
            sleep(Duration::from_millis(20)).await;
        });
    };
    operate();
    let counted = allocation_counter::measure(operate);
    Quartiles::of(std::iter::once(counted.count_total as f64 / items as f64)).median
}

fn nanoseconds(samples: &[Sample]) -> Quartiles {
    Quartiles::of(samples.iter().map(|sample| 1e3 * sample.cpu_microseconds))
}

fn added_nanoseconds(samples: &[Sample], first: &[Sample]) -> Quartiles {
    let pairs = samples.iter().zip(first);
    Quartiles::of(pairs.map(|(sample, first)| 1e3 * (sample.cpu_microseconds - first.cpu_microseconds)))
}

fn outcome(name: &'static str, samples: &[Sample], first: &[Sample]) -> Outcome {
    let of = |value: fn(&Sample) -> f64| Quartiles::of(samples.iter().map(value));
    let to_first = |value: fn(&Sample) -> f64| {
        let pairs = samples.iter().zip(first);
        Quartiles::of(pairs.map(|(sample, first)| value(sample) / value(first)))
    };
    Outcome {
        name,
        operations_per_second: of(|sample| sample.operations_per_second),
        ratio: to_first(|sample| sample.operations_per_second),
        cpu_microseconds: of(|sample| sample.cpu_microseconds),
        cpu_ratio: to_first(|sample| sample.cpu_microseconds),
        server_cpu_microseconds: of(|sample| sample.server_cpu_microseconds),
        nanoseconds: None,
        added_nanoseconds: None,
        allocations: None,
        latency_microseconds: None,
        besides: BTreeMap::new(),
    }
}

impl Quartiles {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        // Three decimals are more than any of them is worth.
        let at = |quarter: usize| (1e3 * values[(values.len() - 1) * quarter / 4]).round() / 1e3;
        Self {
            lower: at(1),
            median: at(2),
            upper: at(3),
        }
    }
}
