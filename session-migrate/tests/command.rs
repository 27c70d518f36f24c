//! What the command says and does, on files and where a server is not needed.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a command that does not run is a failed test"
)]

mod support {
    pub(crate) mod filled;
}

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use session_test_support::variable;

use support::filled::{Filled, empty, file};

fn command(from: &str, to: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_session-migrate"));
    command.args(["--from", from, "--to", to]);
    command
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complained(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// It refuses, with this exit code and in one line, and shows no password.
#[track_caller]
fn assert_refused(command: &mut Command, code: i32, reason: &str) {
    let output = command.output().unwrap();
    let complaint = complained(&output);
    assert_eq!(output.status.code(), Some(code), "{complaint}");
    assert!(complaint.contains(reason), "{complaint}");
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    assert!(!complaint.contains("hidden"), "{complaint}");
    assert_eq!(said(&output), "");
}

#[test]
fn all_sessions_are_moved_and_counted() {
    let (from, to) = (file(), file());
    let old = Filled::with(&from, 1_500);
    let output = command(&from, &to).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", complained(&output));
    assert!(
        said(&output).starts_with("1500 sessions moved in "),
        "{}",
        said(&output)
    );
    assert!(
        said(&output).ends_with(" s, none is left in the old store\n"),
        "{}",
        said(&output)
    );
    assert!(
        complained(&output).starts_with("0 of 1500 sessions moved\n"),
        "{}",
        complained(&output)
    );
    old.assert_at(&to);
    empty(&from);
    let again = command(&from, &to).output().unwrap();
    assert_eq!(again.status.code(), Some(0));
    assert!(said(&again).starts_with("0 sessions moved in "), "{}", said(&again));
    let counted = command(&from, &to).arg("--count").output().unwrap();
    assert_eq!(said(&counted), "from: 0 sessions\n  to: 1500 sessions\n");
}

#[test]
fn one_that_is_stopped_goes_on_where_it_was() {
    let (from, to) = (file(), file());
    let old = Filled::with(&from, 6_000);
    let mut stopped = 0;
    for signal in ["INT", "TERM", "KILL", "INT", "KILL"] {
        let mut child = under_way(&from, &to);
        std::thread::sleep(Duration::from_millis(150));
        let pid = child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", signal, &pid])
                .status()
                .unwrap()
                .success()
        );
        let mut answer = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut answer)
            .unwrap();
        match (signal, child.wait().unwrap().code()) {
            ("KILL", None) => stopped += 1,
            ("INT" | "TERM", Some(130)) => {
                assert!(answer.starts_with("stopped: "), "{answer}");
                assert!(answer.ends_with("; run it again to go on with the rest\n"), "{answer}");
                stopped += 1;
            }
            (_, Some(0)) => {}
            (signal, code) => panic!("{signal} ended it with {code:?}: {answer}"),
        }
    }
    assert!(stopped > 0, "it was too fast to be stopped");
    assert_eq!(command(&from, &to).output().unwrap().status.code(), Some(0));
    old.assert_at(&to);
    empty(&from);
}

/// One session at a time, and the first line has been printed.
fn under_way(from: &str, to: &str) -> Child {
    let mut command = command(from, to);
    command
        .args(["--at-once", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.contains(" sessions moved"), "{line}");
    child
}

#[test]
fn several_at_once_are_as_good_as_one() {
    let (from, to) = (file(), file());
    let old = Filled::with(&from, 2_000);
    let runs: Vec<_> = (0..3)
        .map(|_| {
            command(&from, &to)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for run in runs {
        let output = run.wait_with_output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}{}",
            said(&output),
            complained(&output)
        );
    }
    old.assert_at(&to);
    empty(&from);
}

#[test]
fn what_the_new_store_does_not_take_stays_and_is_named() {
    let from = file();
    let old = Filled::with_one_of_bytes(&from, 16 * 1024 * 1024);
    let to = variable("SESSION_KIT_MYSQL_URL");
    let output = command(&from, &to).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", complained(&output));
    let handle = old.handle();
    assert!(
        complained(&output).contains(&format!("a session can't be moved and stays session={handle}")),
        "{}",
        complained(&output)
    );
    assert!(
        said(&output).ends_with("1 are left in the old store: 1 can't be moved, see above\n"),
        "{}",
        said(&output)
    );
    old.assert_at(&from);
}

#[test]
fn two_urls_of_one_store_lose_nothing() {
    let from = file();
    let old = Filled::with(&from, 20);
    let output = command(&from, &from.replace("sqlite://", "sqlite:///."))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", complained(&output));
    assert!(
        said(&output).contains("or both URLs are of the same store"),
        "{}",
        said(&output)
    );
    old.assert_at(&from);
}

#[test]
fn what_can_not_be_right_is_refused_in_one_line() {
    let url = file();
    for (from, to, reason) in [
        (
            url.as_str(),
            url.as_str(),
            "--from and --to are the same, needs two stores",
        ),
        ("memory:", &url, "--from is `memory:`, which ends with this command"),
        (&url, "MEMORY:", "--to is `memory:`, which ends with this command"),
        (
            "pigeon:hidden",
            &url,
            "--from: `pigeon:` is no session store, needs one of memory:",
        ),
        (
            &url,
            "hidden",
            "--to: the session store's URL has no scheme, needs one of memory:",
        ),
    ] {
        assert_refused(&mut command(from, to), 2, reason);
    }
    let other = file();
    let mut too_many = command(&url, &other);
    let reason = "--at-once: how many sessions are moved at once is 0, needs 1 to 1,024";
    assert_refused(too_many.args(["--at-once", "0"]), 2, reason);
}

#[test]
fn a_store_that_is_not_there_is_told_with_the_reason() {
    let url = file();
    let away = "redis://:hidden@127.0.0.1:1";
    let reason = "--to: no connection to Redis at 127.0.0.1:1: Connection refused";
    assert_refused(&mut command(&url, away), 1, reason);
    let reason = "--from: no connection to Redis at 127.0.0.1:1: Connection refused";
    assert_refused(&mut command(away, &url), 1, reason);
}

#[test]
fn urls_can_come_from_the_environment_and_are_not_shown() {
    let help = Command::new(env!("CARGO_BIN_EXE_session-migrate"))
        .arg("--help")
        .env("SESSION_MIGRATE_FROM", "redis://:hidden@cache")
        .output()
        .unwrap();
    assert!(said(&help).contains("SESSION_MIGRATE_FROM"));
    assert!(!said(&help).contains("hidden"));
    let (from, to) = (file(), file());
    let old = Filled::with(&from, 3);
    let output = Command::new(env!("CARGO_BIN_EXE_session-migrate"))
        .env("SESSION_MIGRATE_FROM", &from)
        .env("SESSION_MIGRATE_TO", &to)
        .output()
        .unwrap();
    assert!(said(&output).starts_with("3 sessions moved"), "{}", complained(&output));
    old.assert_at(&to);
}
