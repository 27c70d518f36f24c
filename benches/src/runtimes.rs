//! Where contenders run.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use serde::Serialize;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::watch;

use crate::contender::{Done, Entrant, Until};

/// How an application spreads its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Threads {
    /// One runtime over all processors, as with axum.
    OneRuntime,
    /// A runtime for each processor, as with actix.
    RuntimeEach,
    /// One runtime over so many threads.
    Workers(usize),
    /// The thread that asks does everything: what is measured is work, and nobody waits.
    OneThread,
}

/// An application's threads, without the application.
pub struct Runtimes {
    pub threads: Threads,
    /// Where the application starts.
    start: Start,
    /// Where its work is done.
    work: Vec<Handle>,
    _alive: watch::Sender<()>,
}

enum Start {
    Here(Runtime),
    There(Handle),
}

impl Runtimes {
    pub fn new(threads: Threads) -> Self {
        let alive = watch::Sender::new(());
        let (start, work) = match threads {
            Threads::OneRuntime => {
                let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
                let handle = runtime.handle().clone();
                (Start::Here(runtime), vec![handle])
            }
            Threads::Workers(count) => {
                let mut builder = Builder::new_multi_thread();
                let runtime = builder.worker_threads(count).enable_all().build().unwrap();
                let handle = runtime.handle().clone();
                (Start::Here(runtime), vec![handle])
            }
            Threads::OneThread => {
                let runtime = Builder::new_current_thread().enable_all().build().unwrap();
                let handle = runtime.handle().clone();
                (Start::Here(runtime), vec![handle])
            }
            Threads::RuntimeEach => {
                let processors = available_parallelism().unwrap().get();
                let work = (0..processors).map(|_| thread_with_runtime(&alive)).collect();
                (Start::There(thread_with_runtime(&alive)), work)
            }
        };
        Self {
            threads,
            start,
            work,
            _alive: alive,
        }
    }

    /// Awaits what an application awaits before its work begins.
    pub fn prepare<T: Send + 'static>(&self, preparation: impl Future<Output = T> + Send + 'static) -> T {
        match &self.start {
            Start::Here(runtime) => runtime.block_on(preparation),
            Start::There(handle) => {
                let (sender, answer) = std::sync::mpsc::channel();
                handle.spawn(async move { sender.send(preparation.await).unwrap() });
                answer.recv().unwrap()
            }
        }
    }

    /// Has each item operated on once.
    pub fn warm_up(&self, entrant: &Entrant, items: usize) {
        let tasks = self.spawn(entrant, 64.min(items), items, &Until::Once, false);
        self.join(tasks);
    }

    /// Lets so many tasks operate for `duration`; answers what they did, and how long they took.
    pub(crate) fn run(
        &self,
        entrant: &Entrant,
        concurrency: usize,
        items: usize,
        duration: Duration,
        is_timed: bool,
    ) -> (Done, Duration) {
        let is_stopped = Arc::new(AtomicBool::new(false));
        let began = Instant::now();
        let tasks = self.spawn(
            entrant,
            concurrency,
            items,
            &Until::Stopped(Arc::clone(&is_stopped)),
            is_timed,
        );
        // This thread may have the work to do.
        let clock = thread::spawn(move || {
            thread::sleep(duration);
            is_stopped.store(true, Ordering::Relaxed);
        });
        let done = self.join(tasks);
        let elapsed = began.elapsed();
        clock.join().unwrap();
        (done, elapsed)
    }

    fn spawn(
        &self,
        entrant: &Entrant,
        concurrency: usize,
        items: usize,
        until: &Until,
        is_timed: bool,
    ) -> Vec<BoxFuture<'static, Done>> {
        let each = items / concurrency;
        let range = |task| -> Range<usize> { task * each..(task + 1) * each };
        let spawn = |(task, handle): (usize, &Handle)| -> BoxFuture<'static, Done> {
            let running = handle.spawn(entrant.task(range(task), until.clone(), is_timed));
            Box::pin(async move { running.await.unwrap() })
        };
        (0..concurrency).zip(self.work.iter().cycle()).map(spawn).collect()
    }

    fn join(&self, tasks: Vec<BoxFuture<'static, Done>>) -> Done {
        self.prepare(async move {
            let mut all = Done::default();
            for task in tasks {
                let mut done = task.await;
                all.operations += done.operations;
                all.latencies.append(&mut done.latencies);
            }
            all
        })
    }
}

/// A thread whose runtime runs as long as `alive`.
fn thread_with_runtime(alive: &watch::Sender<()>) -> Handle {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let handle = runtime.handle().clone();
    let mut alive = alive.subscribe();
    thread::spawn(move || {
        runtime.block_on(async move { while alive.changed().await.is_ok() {} });
    });
    handle
}
