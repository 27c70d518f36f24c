//! A result for those who read a terminal, and for spreadsheets.

use super::result::{RunResult, StoreResult};

const COLUMNS: &str = "store,act,requests,requests_per_second,mean_microseconds,p50_microseconds,p90_microseconds,p99_microseconds,p999_microseconds,max_microseconds,corrected_p99_microseconds,corrected_p999_microseconds,cpu_microseconds";

pub(super) fn print(result: &RunResult) {
    let settings = &result.settings;
    println!(
        "{} sessions of {} bytes, {} at once, {}{}\n",
        settings.sessions,
        settings.value_bytes,
        settings.concurrency,
        settings.mix,
        if result.is_complete {
            ""
        } else {
            "; stopped before its end"
        },
    );
    println!(
        "{:<32} {:>22} {:>7}  {:<8} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "store", "requests/s (quartiles)", "cpu us", "act", "p50 us", "p99 us", "p999 us", "max us", "p99 corr."
    );
    for store in &result.stores {
        print_store(store);
    }
}

fn print_store(store: &StoreResult) {
    let [lower, median, upper] = store.requests_per_second();
    let rate = format!("{median:.0} ({lower:.0} {upper:.0})");
    let mut head = format!("{:<32} {rate:>22} {:>7.1}", store.store, cpu(store));
    for (act, of_act) in &store.acts {
        let latency = of_act.microseconds;
        let corrected = of_act
            .corrected_microseconds
            .map_or(latency.p99, |corrected| corrected.p99);
        println!(
            "{head}  {act:<8} {:>9.0} {:>9.0} {:>9.0} {:>9.0} {corrected:>9.0}",
            latency.p50, latency.p99, latency.p999, latency.max
        );
        head = " ".repeat(head.len());
    }
    if store.acts.is_empty() {
        println!("{head}  nothing came through");
    }
    for (words, times) in &store.errors {
        println!("{times:>12} times: {words}");
    }
}

pub(super) fn cpu(store: &StoreResult) -> f64 {
    let [_, median, _] = super::result::quartiles(store.rounds.iter().map(|round| round.cpu_microseconds));
    median
}

/// A line for each act of each store.
pub(super) fn csv(result: &RunResult) -> String {
    let mut lines = vec![COLUMNS.to_owned()];
    for store in &result.stores {
        let [_, rate, _] = store.requests_per_second();
        for (act, of_act) in &store.acts {
            let latency = of_act.microseconds;
            let corrected = of_act.corrected_microseconds.unwrap_or(latency);
            let name = store.store.replace('"', "\"\"");
            lines.push(format!(
                "\"{name}\",{},{},{rate:.1},{:.1},{:.1},{:.1},{:.1},{:.1},{:.1},{:.1},{:.1},{:.2}",
                act.name(),
                of_act.requests,
                latency.mean,
                latency.p50,
                latency.p90,
                latency.p99,
                latency.p999,
                latency.max,
                corrected.p99,
                corrected.p999,
                cpu(store),
            ));
        }
    }
    lines.join("\n") + "\n"
}
