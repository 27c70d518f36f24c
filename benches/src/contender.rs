//! Who is compared.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::BoxFuture;

/// Somebody who can do what a case is about.
pub trait Contender: Send + Sync + 'static {
    /// Does it once with the item of this number, and asserts the answer.
    ///
    /// No two calls with the same number are under way at once.
    fn operate(&self, item: usize) -> impl Future<Output = ()> + Send;

    /// Between two turns, when nobody looks at the time: what has piled up may be thrown away.
    fn rest(&self) -> impl Future<Output = ()> + Send {
        async {}
    }
}

/// A contender under its name, without its type.
pub struct Entrant {
    pub name: &'static str,
    /// Its own server, where it has one.
    pub(crate) server: Option<u32>,
    runs: Box<dyn Fn(Range<usize>, Until) -> BoxFuture<'static, u64> + Send + Sync>,
    rests: Box<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>,
}

/// How long a task goes on.
#[derive(Clone)]
pub(crate) enum Until {
    /// Until each item has been operated on.
    Once,
    /// Until this is set.
    Stopped(Arc<AtomicBool>),
}

impl Entrant {
    pub fn new(name: &'static str, contender: impl Contender) -> Self {
        let contender = Arc::new(contender);
        let resting = Arc::clone(&contender);
        let rests = move || -> BoxFuture<'static, ()> {
            let contender = Arc::clone(&resting);
            Box::pin(async move { contender.rest().await })
        };
        let runs = move |items, until| -> BoxFuture<'static, u64> {
            let contender = Arc::clone(&contender);
            Box::pin(async move { operate(&*contender, items, until).await })
        };
        Self {
            name,
            server: None,
            runs: Box::new(runs),
            rests: Box::new(rests),
        }
    }

    /// Whose work is done by this process, and not by the case's server.
    pub fn of_server(self, server: u32) -> Self {
        let server = Some(server);
        Self { server, ..self }
    }

    /// A task that operates on its items in turn, and answers how often it did. It is boxed once, and no single operation is.
    pub(crate) fn task(&self, items: Range<usize>, until: Until) -> BoxFuture<'static, u64> {
        (self.runs)(items, until)
    }

    pub(crate) fn rest(&self) -> BoxFuture<'static, ()> {
        (self.rests)()
    }
}

async fn operate(contender: &impl Contender, items: Range<usize>, until: Until) -> u64 {
    let mut operations = 0;
    loop {
        for item in items.clone() {
            if let Until::Stopped(is_stopped) = &until
                && is_stopped.load(Ordering::Relaxed)
            {
                return operations;
            }
            contender.operate(item).await;
            operations += 1;
        }
        if matches!(until, Until::Once) {
            return operations;
        }
    }
}
