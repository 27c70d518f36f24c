//! `session-bench check`.

use std::panic;
use std::time::Duration;

use session_conformance::{Case, store};
use session_core::Store;
use std::sync::Arc;
use tokio::time::timeout;

use super::Ended;
use super::arguments::Check;
use super::interrupt::Interrupt;
use super::namespace::Namespace;
use super::target::{Cause, Target};

/// Far more than any case takes on the slowest of servers.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// Holds a store to every promise of the contract, each on an empty store.
pub(super) async fn check(check: Check, targets: &[Box<dyn Target>]) -> Result<Ended, Cause> {
    let namespace = Namespace::open(&check.store, targets).await?;
    let interrupt = Interrupt::listen();
    // A broken promise is told here, once.
    panic::set_hook(Box::new(|_| {}));
    let (mut kept, mut broken) = (0, 0);
    for case in store::cases().filter(|case| case.name().contains(&check.only)) {
        if interrupt.came() {
            break;
        }
        namespace.store().clear().await?;
        match outcome(case, Arc::clone(namespace.store())).await {
            Ok(()) => {
                kept += 1;
                println!("kept    {}", case.name());
            }
            Err(words) => {
                broken += 1;
                println!("BROKEN  {}\n        {}", case.name(), words.replace('\n', "\n        "));
            }
        }
    }
    drop(panic::take_hook());
    let label = namespace.label.clone();
    namespace.remove().await?;
    println!("\n{label}: {kept} promises kept, {broken} broken");
    Ok(match (interrupt.came(), broken) {
        (true, _) => Ended::Interrupted,
        (false, 0) => Ended::Well,
        (false, _) => Ended::Badly,
    })
}

async fn outcome(case: Case<Arc<dyn Store>>, store: Arc<dyn Store>) -> Result<(), String> {
    let running = tokio::spawn(async move { case.run(store).await });
    let stop = running.abort_handle();
    match timeout(TIME_LIMIT, running).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            let panic = error.into_panic();
            let words = panic.downcast_ref::<String>().cloned();
            let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
            Err(words.unwrap_or_else(|| "it failed without a word".to_owned()))
        }
        Err(_) => {
            stop.abort();
            Err(format!("no answer within {TIME_LIMIT:?}"))
        }
    }
}
