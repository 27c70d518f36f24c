//! The command.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use session_kit::store::{self, Migration, MovingStore, Progress};
use session_kit::{Clock as _, Store, SystemClock};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;

use crate::display::Display;
use crate::failure::Failure;
use crate::options::Options;

/// The exit code of a command that a signal has ended, as shells have it for Ctrl-C.
const INTERRUPTED: u8 = 130;

pub(crate) async fn run(options: Options) -> Result<ExitCode, Failure> {
    let is_in_memory = |url: &str| {
        url.get(..7)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("memory:"))
    };
    for (name, url) in [("from", &options.from), ("to", &options.to)] {
        if is_in_memory(url) {
            return Err(Failure::Memory(name));
        }
    }
    if options.from == options.to {
        return Err(Failure::SameStore);
    }
    let old = store::connect(&options.from).await.map_err(Failure::From)?;
    let new = store::connect(&options.to).await.map_err(Failure::To)?;
    if options.count {
        return count(&*old, &*new).await;
    }
    let store = MovingStore::new(Arc::clone(&old), new);
    let migration = Migration::of(&store).at_once(options.at_once)?;
    move_all(&migration, &*old).await
}

#[expect(clippy::print_stdout, reason = "this is what was asked for")]
async fn count(old: &dyn Store, new: &dyn Store) -> Result<ExitCode, Failure> {
    let now = SystemClock.now();
    let (there, here) = (old.count(now).await?, new.count(now).await?);
    println!("from: {there} sessions\n  to: {here} sessions");
    Ok(ExitCode::SUCCESS)
}

async fn move_all(migration: &Migration, old: &dyn Store) -> Result<ExitCode, Failure> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut display = Display::new();
    let mut last = Progress::default();
    let began = Instant::now();
    let outcome = tokio::select! {
        outcome = migration.run(|progress| {
            last = *progress;
            display.show(progress);
        }) => Some(outcome),
        _ = interrupt.recv() => None,
        _ = terminate.recv() => None,
    };
    drop(display);
    let Some(outcome) = outcome else {
        tell(&format!("stopped: {last}; run it again to go on with the rest"));
        return Ok(ExitCode::from(INTERRUPTED));
    };
    let progress = outcome?;
    let left = old.count(SystemClock.now()).await?;
    tell(&verdict(&progress, left, began.elapsed()));
    Ok(if left == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn verdict(progress: &Progress, left: u64, took: Duration) -> String {
    let Progress { moved, failed, .. } = progress;
    let moved = format!("{moved} sessions moved in {:.1} s", took.as_secs_f64());
    match (left, failed) {
        (0, _) => format!("{moved}, none is left in the old store"),
        (left, 0) => format!(
            "{moved}, {left} are left in the old store: sessions still begin there, or both URLs are of the same store"
        ),
        (left, failed) => format!("{moved}, {left} are left in the old store: {failed} can't be moved, see above"),
    }
}

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
fn tell(line: &str) {
    println!("{line}");
}
