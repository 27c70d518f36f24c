//! Random operations, compared with the reference.

use std::fmt::Write;
use std::sync::Arc;

use session_core::Store;

use super::promise::answered;
use super::sequence::Sequence;
use super::step::Step;

/// Sequences that every run repeats, so that a store's tests do not pass by luck alone; a new one is drawn beside them.
const SEEDS: [u64; 3] = [1, 2, 3];
const STEPS: usize = 400;

/// Hundreds of random operations on a few sessions of a few owners have the answers that they have on the
/// [`ReferenceStore`](crate::ReferenceStore), and leave the same behind. A failure tells its seed: [`random_operations_agree`].
pub async fn random_operations_agree_with_the_reference(store: Arc<dyn Store>) {
    for seed in SEEDS.into_iter().chain([fastrand::u64(..)]) {
        answered(store.clear().await);
        random_operations_agree(Arc::clone(&store), seed).await;
    }
}

/// The random operations of one seed, on a store that is empty: for finding out what a failure was about.
pub async fn random_operations_agree(store: Arc<dyn Store>, seed: u64) {
    let mut sequence = Sequence::new(seed);
    let mut trace = String::new();
    let mut last = None;
    for _ in 0..STEPS {
        let step = sequence.next(last.take()).await;
        compare(store.as_ref(), &sequence, &step, &mut trace).await;
        last = Some(step);
    }
    for step in sequence.inspection() {
        compare(store.as_ref(), &sequence, &step, &mut trace).await;
    }
}

async fn compare(store: &dyn Store, sequence: &Sequence, step: &Step, trace: &mut String) {
    let now = sequence.now();
    let expected = answered(step.run(sequence.model(), now).await);
    let came = step.run(store, now).await;
    writeln!(trace, "{:>10} {step} -> {expected:?}", sequence.elapsed().as_millis()).unwrap_or_default();
    let is_same = match &came {
        Ok(came) => {
            let (came, expected) = (came.clone(), expected.clone());
            sequence.follow(came).await == sequence.follow(expected).await
        }
        Err(_) => false,
    };
    assert!(
        is_same,
        "promised: random operations have the answers of the reference (seed {})\n{trace}expected: {expected:?}\n    came: {came:?}",
        sequence.seed()
    );
}
