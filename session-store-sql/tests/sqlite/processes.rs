//! Several processes on one file, and those that die.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use session_core::{Record, Store as _, StoreKey, Updated};
use session_store_sql::SqliteStore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::support::folder::Folder;
use crate::support::other_process::{command, end_well, task};
use crate::support::session::{NOW, count_of, counting, create, found, new_key};
use crate::{alone, store};

const PROCESSES: usize = 8;
const WRITERS: u64 = 50;
const INCREMENTS: u64 = 10;
const SHARING: usize = 20;
const SHARED_FOR: Duration = Duration::from_secs(5);
/// Who gets no turn waits to the end.
const SLOWEST: Duration = Duration::from_secs(3);

fn digits(key: &StoreKey) -> String {
    let digits: Vec<_> = key.as_bytes().iter().map(u8::to_string).collect();
    digits.join(",")
}

fn key_of(digits: &str) -> StoreKey {
    let bytes: Vec<u8> = digits.split(',').map(|digits| digits.parse().unwrap()).collect();
    StoreKey::from_bytes(bytes.try_into().unwrap())
}

/// Adds one, however often others are faster.
async fn increment(store: &SqliteStore, key: &StoreKey, known: &mut Record) {
    loop {
        let next = counting(count_of(known) + 1);
        match store.update(key, &next, known.revision, NOW).await.unwrap() {
            Updated::Applied => {
                *known = next;
                return;
            }
            Updated::Conflict(current) => *known = current,
            other @ (Updated::Moved(_) | Updated::Gone) => panic!("{other:?}"),
        }
    }
}

/// Not a test by itself: fifty writers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_fifty() {
    let Some(task) = task() else { return };
    let (folder, digits) = task.split_once(' ').unwrap();
    let (store, key) = (store(Path::new(folder)).await, key_of(digits));
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let store = store.clone();
        writers.spawn(async move {
            let mut known = found(&store, &key).await;
            for _ in 0..INCREMENTS {
                increment(&store, &key, &mut known).await;
            }
        });
    }
    while let Some(written) = writers.join_next().await {
        written.unwrap();
    }
}

#[tokio::test]
async fn no_increment_of_a_hundred_writers_in_two_processes_is_lost() {
    let _turn = alone().await;
    let folder = Folder::new();
    let store = store(&folder.0).await;
    let key = create(&store, &counting(0)).await;
    let task = format!("{} {}", folder.0.display(), digits(&key));
    let begun = Instant::now();
    let spawn = || {
        command(&[], "processes::the_other_fifty", &task)
            .stdout(Stdio::null())
            .spawn()
    };
    let others = [spawn().unwrap(), spawn().unwrap()];
    for other in others {
        end_well(other).await;
    }
    println!(
        "two processes, {} increments: {:?}",
        2 * WRITERS * INCREMENTS,
        begun.elapsed()
    );
    assert_eq!(count_of(&found(&store, &key).await), 2 * WRITERS * INCREMENTS);
}

/// Not a test by itself: one of those that start at once.
#[tokio::test]
async fn the_other_that_starts() {
    let Some(task) = task() else { return };
    let (folder, begin_at) = task.split_once(' ').unwrap();
    while !Path::new(begin_at).exists() {
        sleep(Duration::from_millis(1)).await;
    }
    let store = store(Path::new(folder)).await;
    create(&store, &counting(1)).await;
}

#[tokio::test]
async fn eight_processes_can_start_at_once_on_a_new_file() {
    let _turn = alone().await;
    for round in 0..5 {
        let folder = Folder::new();
        let begin_at = folder.0.join("begin");
        let task = format!("{} {}", folder.0.display(), begin_at.display());
        let others: Vec<_> = (0..PROCESSES)
            .map(|_| {
                let mut other = command(&[], "processes::the_other_that_starts", &task);
                other.stdout(Stdio::null()).spawn().unwrap()
            })
            .collect();
        sleep(Duration::from_millis(100)).await;
        fs::write(&begin_at, "").unwrap();
        for other in others {
            end_well(other).await;
        }
        let count = store(&folder.0).await.count(NOW).await.unwrap();
        assert_eq!(count, PROCESSES as u64, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_stores_of_a_process_can_start_at_once_on_a_new_file() {
    let folder = Folder::new();
    let mut starts = JoinSet::new();
    for _ in 0..PROCESSES {
        let folder = folder.0.clone();
        starts.spawn(async move { create(&store(&folder).await, &counting(1)).await });
    }
    while let Some(started) = starts.join_next().await {
        started.unwrap();
    }
    assert_eq!(store(&folder.0).await.count(NOW).await.unwrap(), PROCESSES as u64);
}

/// Not a test by itself: sessions of its own, written for a while, and how that went.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_that_shares() {
    let Some(folder) = task() else { return };
    let store = store(Path::new(&folder)).await;
    let ends_at = Instant::now() + SHARED_FOR;
    let mut writers = JoinSet::new();
    for _ in 0..SHARING {
        let store = store.clone();
        writers.spawn(async move {
            let mut known = counting(0);
            let (key, mut slowest) = (create(&store, &known).await, Duration::ZERO);
            while Instant::now() < ends_at {
                let begun = Instant::now();
                increment(&store, &key, &mut known).await;
                slowest = slowest.max(begun.elapsed());
            }
            (count_of(&known), slowest)
        });
    }
    let ways = writers.join_all().await;
    let slowest = ways.iter().map(|(_, slowest)| slowest).max().unwrap();
    let writes = ways.iter().map(|(writes, _)| writes).sum::<u64>();
    println!("{writes} writes beside other processes, the slowest took {slowest:?}");
    let fewest = ways.iter().map(|(writes, _)| *writes).min().unwrap();
    assert!(fewest > 0 && *slowest < SLOWEST, "{fewest}, {slowest:?}");
}

/// A process that always has something to write leaves others their turn, though SQLite knows of no order.
#[tokio::test]
async fn processes_that_write_without_pause_share_the_file() {
    let _turn = alone().await;
    let folder = Folder::new();
    drop(store(&folder.0).await);
    let spawn = || command(&[], "processes::the_other_that_shares", folder.0.to_str().unwrap()).spawn();
    let others = [spawn().unwrap(), spawn().unwrap(), spawn().unwrap()];
    for other in others {
        end_well(other).await;
    }
}

/// Not a test by itself: writes until it is killed, and says what was answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_that_dies() {
    let Some(folder) = task() else { return };
    let store = Arc::new(store(Path::new(&folder)).await);
    let mut writers = JoinSet::new();
    for _ in 0..8 {
        let store = Arc::clone(&store);
        writers.spawn(async move {
            loop {
                let (key, mut known) = (new_key(), counting(0));
                store.create(&key, &known, None, NOW).await.map(drop).unwrap();
                for _ in 0..100 {
                    println!("at {} {}", digits(&key), count_of(&known));
                    increment(&store, &key, &mut known).await;
                }
            }
        });
    }
    writers.join_next().await;
    panic!("a writer has ended");
}

#[tokio::test]
async fn what_a_process_was_answered_before_it_was_killed_is_there() {
    let _turn = alone().await;
    let folder = Folder::new();
    let mut answered = HashMap::new();
    for round in 1..=5 {
        let task = folder.0.to_str().unwrap().to_owned();
        let mut other = command(&[], "processes::the_other_that_dies", &task);
        let mut other = other.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(other.stdout.take().unwrap()).lines();
        let mut heard = 0;
        for line in lines.map_while(Result::ok) {
            // The test's own lines are among them.
            if let [_, digits, count] = *line.split(' ').skip_while(|word| *word != "at").collect::<Vec<_>>() {
                answered.insert(digits.to_owned(), count.parse::<u64>().unwrap());
                heard += 1;
            }
            if heard == 300 * round {
                other.kill().unwrap();
            }
        }
        assert!(!other.wait().unwrap().success());
        let store = store(&folder.0).await;
        for (digits, count) in &answered {
            let there = count_of(&found(&store, &key_of(digits)).await);
            assert!(there >= *count, "{there} of {count}");
        }
        println!("killed after {heard} answers, {} sessions", answered.len());
    }
}

#[tokio::test]
async fn a_restart_keeps_sessions() {
    let folder = Folder::new();
    let record = counting(7);
    let key = create(&store(&folder.0).await, &record).await;
    assert_eq!(found(&store(&folder.0).await, &key).await, record);
}
