//! `session-bench run`.

use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use session_core::{Clock as _, SystemClock};

use super::Ended;
use super::arguments::Run;
use super::interrupt::Interrupt;
use super::measure::Workers;
use super::namespace::Namespace;
use super::population::populate;
use super::result::{Collected, RunResult, Settings};
use super::target::{Cause, Target};
use super::{html, table};
use crate::machine::Machine;

/// A store in a run.
struct Entry {
    namespace: Namespace,
    workers: Option<Workers>,
    collected: Collected,
}

#[derive(Debug, thiserror::Error)]
#[error("--output {folder}: {source}")]
struct NotFiled {
    folder: String,
    source: io::Error,
}

pub(super) async fn run(run: Run, targets: &[Box<dyn Target>]) -> Result<Ended, Cause> {
    let machine = Machine::look();
    let interrupt = Interrupt::listen();
    let mut entries = Vec::new();
    let mut outcome = Ok(());
    for url in &run.stores {
        match Namespace::open(url, targets).await {
            Ok(namespace) => entries.push(Entry {
                namespace,
                workers: None,
                collected: Collected::default(),
            }),
            Err(cause) => {
                outcome = Err(cause);
                break;
            }
        }
    }
    if outcome.is_ok() {
        outcome = measure(&run, &mut entries, &interrupt).await;
    }
    let stores = finish(&run, entries).await;
    outcome?;
    let result = RunResult {
        machine,
        settings: settings(&run),
        is_complete: !interrupt.came(),
        stores: stores?,
    };
    table::print(&result);
    file(&result, &run.output).map_err(|source| NotFiled {
        folder: run.output.display().to_string(),
        source,
    })?;
    println!(
        "\nfiled in {}: result.json, result.csv, index.html",
        run.output.display()
    );
    Ok(if interrupt.came() {
        Ended::Interrupted
    } else {
        Ended::Well
    })
}

async fn measure(run: &Run, entries: &mut [Entry], interrupt: &Interrupt) -> Result<(), Cause> {
    let (sessions, value_bytes) = (usize::try_from(run.sessions)?, usize::try_from(run.value_bytes)?);
    for entry in &mut *entries {
        let bar = bar(run.sessions, &format!("{}: filling", entry.namespace.label));
        let now = SystemClock.now();
        let keys = populate(entry.namespace.store(), sessions, value_bytes, now, interrupt, &bar).await?;
        bar.finish_and_clear();
        if !keys.is_empty() {
            let concurrency = usize::try_from(run.concurrency)?;
            entry.workers = Some(Workers::new(entry.namespace.store(), &keys, concurrency, value_bytes));
        }
    }
    let turns = run.rounds * entries.len() as u64;
    let duration = run.duration / u32::try_from(run.rounds)?;
    let bar = bar(turns, "measuring");
    for round in 0..entries.len() * usize::try_from(run.rounds)? {
        // Each round another one is first.
        let count = entries.len();
        let Some(entry) = entries.get_mut((round + round / count) % count) else {
            continue;
        };
        if interrupt.came() {
            break;
        }
        if let Some(workers) = &mut entry.workers {
            bar.set_message(format!("measuring {}", entry.namespace.label));
            let turn = workers.turn(&run.mix, run.rate, duration, interrupt).await;
            entry.collected.add(turn);
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Removes what was made, whatever has happened.
async fn finish(run: &Run, entries: Vec<Entry>) -> Result<Vec<super::result::StoreResult>, Cause> {
    let mut results = Vec::new();
    let mut failed = None;
    for entry in entries {
        let label = entry.namespace.label.clone();
        let workers = entry.workers.as_ref().map_or(1, Workers::count);
        drop(entry.workers);
        if let Err(cause) = entry.namespace.remove().await {
            failed.get_or_insert(cause);
        }
        results.push(entry.collected.into_result(label, workers, run.rate.is_some()));
    }
    match failed {
        Some(cause) => Err(cause),
        None => Ok(results),
    }
}

fn settings(run: &Run) -> Settings {
    Settings {
        sessions: run.sessions,
        concurrency: run.concurrency,
        mix: run.mix.to_string(),
        value_bytes: run.value_bytes,
        seconds: run.duration.as_secs_f64(),
        rounds: run.rounds,
        rate: run.rate,
    }
}

fn file(result: &RunResult, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let json = serde_json::to_string_pretty(result)? + "\n";
    fs::write(folder.join("result.json"), json)?;
    fs::write(folder.join("result.csv"), table::csv(result))?;
    fs::write(folder.join("index.html"), html::page(result))
}

fn bar(length: u64, what: &str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {bar:40} {human_pos} of {human_len}, {eta} left");
    let bar = ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
