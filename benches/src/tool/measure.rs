//! One turn of one store.

use std::sync::Arc;
use std::time::Duration;

use session_core::{Store, StoreKey};
use tokio::task::JoinSet;

use super::clock::now;
use super::interrupt::Interrupt;
use super::mix::Mix;
use super::worker::{Pace, Taken, Worker};
use crate::process::cpu_time;

/// How often it is looked whether somebody wants an end.
const LOOK: Duration = Duration::from_millis(100);

/// A store's workers, who go on with their sessions from turn to turn.
pub(super) struct Workers {
    idle: Vec<Worker>,
    count: usize,
}

/// What came of a turn.
pub(super) struct Turn {
    pub(super) taken: Taken,
    pub(super) elapsed: Duration,
    /// Of this process, for all that was done.
    pub(super) cpu: Duration,
}

impl Workers {
    /// `concurrency` workers who share the sessions among them; each has one at the least.
    pub(super) fn new(store: &Arc<dyn Store>, keys: &[StoreKey], concurrency: usize, value_bytes: usize) -> Self {
        let each = keys.len().div_ceil(concurrency).max(1);
        let workers = keys.chunks(each).zip(1..).map(|(keys, seed)| Worker {
            store: Arc::clone(store),
            keys: keys.to_vec(),
            random: fastrand::Rng::with_seed(seed << 32),
            value_bytes,
        });
        let idle: Vec<_> = workers.collect();
        let count = idle.len();
        Self { idle, count }
    }

    /// How many they are, those included whom an interruption has taken away.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) async fn turn(
        &mut self,
        mix: &Mix,
        rate: Option<u64>,
        duration: Duration,
        interrupt: &Interrupt,
    ) -> Turn {
        let (began, cpu_before) = (now(), cpu_time(std::process::id()));
        let end = began + duration;
        let mut running = JoinSet::new();
        for (number, worker) in self.idle.drain(..).enumerate() {
            let (mix, pace) = (mix.clone(), pace(rate, number, self.count));
            running.spawn(async move { worker.work(&mix, pace, end).await });
        }
        let mut taken = Taken::default();
        loop {
            tokio::select! {
                finished = running.join_next() => match finished {
                    Some(Ok((worker, of_worker))) => {
                        self.idle.push(worker);
                        taken.add(of_worker);
                    }
                    Some(Err(_)) => {}
                    None => break,
                },
                () = tokio::time::sleep(LOOK) => {
                    if interrupt.came() {
                        break;
                    }
                }
            }
        }
        Turn {
            taken,
            elapsed: now().saturating_duration_since(began),
            cpu: cpu_time(std::process::id()).saturating_sub(cpu_before),
        }
    }
}

/// All workers together make `rate` requests a second, at even intervals.
fn pace(rate: Option<u64>, number: usize, count: usize) -> Pace {
    let Some(rate) = rate else {
        return Pace::AsTheyCome;
    };
    let between = Duration::from_secs_f64(1.0 / rate as f64);
    Pace::Every {
        interval: between.mul_f64(count as f64),
        first: between.mul_f64(number as f64),
    }
}
