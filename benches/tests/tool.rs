//! The command `session-bench`, on real servers: what it says, what it files, and that it leaves nothing behind.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use mongodb::bson::doc;
use serde_json::Value;
use sqlx::{Connection as _, MySqlConnection, PgConnection, SqliteConnection};
use tokio::runtime::Runtime;

fn variable(name: &str) -> String {
    let value = std::env::var(name);
    value.unwrap_or_else(|_| {
        panic!("{name} is not set, needs servers: `scripts/services run cargo test --manifest-path benches/Cargo.toml`")
    })
}

/// One that no other test has.
fn redis_database(number: u8) -> String {
    let url = variable("SESSION_KIT_REDIS_URL");
    let (server, _) = url.rsplit_once('/').unwrap();
    format!("{server}/{number}")
}

/// A folder that is not there yet.
fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "session-bench-{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    std::env::temp_dir().join(name)
}

fn tool(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_session-bench"));
    command.args(arguments);
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn said(output: &Output) -> String {
    text(&output.stdout) + &text(&output.stderr)
}

/// A short run of the stores, and what it filed.
fn short_run(stores: &[&str]) -> (String, Value, PathBuf) {
    let folder = folder();
    let mut command = tool(&[
        "run",
        "--sessions",
        "200",
        "--concurrency",
        "8",
        "--rounds",
        "2",
        "--duration",
        "400ms",
    ]);
    command
        .args(["--mix", "read=40,write=20,new=20,touch=10,sign-in=10", "--output"])
        .arg(&folder);
    for store in stores {
        command.args(["--store", store]);
    }
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let json = fs::read_to_string(folder.join("result.json")).unwrap();
    (said(&output), serde_json::from_str(&json).unwrap(), folder)
}

#[track_caller]
fn assert_sound(result: &Value) {
    assert_eq!(result["is_complete"], true);
    for store in result["stores"].as_array().unwrap() {
        assert_eq!(store["errors"].as_object().unwrap().len(), 0, "{store}");
        assert_eq!(store["rounds"].as_array().unwrap().len(), 2, "{store}");
        for act in ["read", "write", "new", "touch", "sign-in"] {
            let of_act = &store["acts"][act];
            assert!(of_act["requests"].as_u64() > Some(0), "{act}: {store}");
            let at = |percentile: &str| of_act["microseconds"][percentile].as_f64().unwrap();
            assert!(
                0.0 < at("p50") && at("p50") <= at("p99") && at("p99") <= at("max"),
                "{act}: {store}"
            );
        }
    }
}

#[test]
fn every_store_is_measured_and_nothing_is_left_behind() {
    let file = folder().with_extension("db");
    let sqlite = format!("sqlite:{}", file.display());
    let (redis, postgres) = (variable("SESSION_KIT_REDIS_URL"), variable("SESSION_KIT_POSTGRES_URL"));
    let (mysql, mongo) = (variable("SESSION_KIT_MYSQL_URL"), variable("SESSION_KIT_MONGO_URL"));
    let cluster = variable("SESSION_KIT_REDIS_CLUSTER_URL");
    let stores = ["memory:", &sqlite, &redis, &cluster, &postgres, &mysql, &mongo];
    let (said, result, folder) = short_run(&stores);
    assert_sound(&result);
    assert_eq!(result["stores"].as_array().unwrap().len(), stores.len());
    for secret in ["session-kit-tests", "password"] {
        assert!(!said.contains(secret), "{said}");
    }
    let page = fs::read_to_string(folder.join("index.html")).unwrap();
    assert_eq!(
        page.matches("<svg").count(),
        6,
        "one of throughput, and one of each act's latency"
    );
    let lines = fs::read_to_string(folder.join("result.csv")).unwrap();
    assert_eq!(lines.lines().count(), 1 + 5 * stores.len());
    Runtime::new().unwrap().block_on(async {
        assert_eq!(left_in_redis(&redis).await, 0);
        assert_eq!(left_in_mongo(&mongo).await, 0);
        let tables = "SELECT count(*) FROM information_schema.tables WHERE table_name LIKE 'session_bench%'";
        let mut connection = PgConnection::connect(&postgres).await.unwrap();
        let left: i64 = sqlx::query_scalar(tables).fetch_one(&mut connection).await.unwrap();
        assert_eq!(left, 0);
        let mut connection = MySqlConnection::connect(&mysql).await.unwrap();
        let left: i64 = sqlx::query_scalar(tables).fetch_one(&mut connection).await.unwrap();
        assert_eq!(left, 0);
        let mut connection = SqliteConnection::connect(&sqlite).await.unwrap();
        let tables = "SELECT count(*) FROM sqlite_master";
        let left: i64 = sqlx::query_scalar(tables).fetch_one(&mut connection).await.unwrap();
        assert_eq!(left, 0);
    });
    fs::remove_dir_all(folder).unwrap();
    fs::remove_file(file).unwrap();
}

async fn left_in_redis(url: &str) -> usize {
    let client = redis::Client::open(url).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let keys: Vec<String> = redis::cmd("KEYS")
        .arg("session_bench*")
        .query_async(&mut connection)
        .await
        .unwrap();
    keys.len()
}

async fn left_in_mongo(url: &str) -> usize {
    let client = mongodb::Client::with_uri_str(url).await.unwrap();
    let database = client.default_database().unwrap_or_else(|| client.database("test"));
    let names = database
        .list_collection_names()
        .filter(doc! { "name": { "$regex": "^session_bench" } });
    names.await.unwrap().len()
}

#[test]
fn a_run_that_is_stopped_files_what_it_has_and_cleans_up() {
    let (folder, redis) = (folder(), redis_database(5));
    let mut command = tool(&[
        "run",
        "--store",
        &redis,
        "--sessions",
        "500",
        "--duration",
        "60s",
        "--rounds",
        "60",
    ]);
    command
        .arg("--output")
        .arg(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let runtime = Runtime::new().unwrap();
    while runtime.block_on(left_in_redis(&redis)) < 500 {
        thread::sleep(Duration::from_millis(20));
    }
    thread::sleep(Duration::from_millis(2_500));
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-s", "INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    assert!(said(&output).contains("stopped before its end"), "{}", said(&output));
    let result: Value = serde_json::from_str(&fs::read_to_string(folder.join("result.json")).unwrap()).unwrap();
    assert_eq!(result["is_complete"], false);
    assert!(
        result["stores"][0]["acts"]["read"]["requests"].as_u64() > Some(0),
        "{result}"
    );
    assert_eq!(runtime.block_on(left_in_redis(&redis)), 0);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_rate_is_kept_and_latency_counts_from_when_a_request_was_due() {
    let folder = folder();
    let mut command = tool(&[
        "run",
        "--store",
        "memory:",
        "--sessions",
        "100",
        "--concurrency",
        "4",
        "--rounds",
        "1",
    ]);
    command
        .args(["--duration", "2s", "--rate", "500", "--output"])
        .arg(&folder);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let result: Value = serde_json::from_str(&fs::read_to_string(folder.join("result.json")).unwrap()).unwrap();
    let acts = result["stores"][0]["acts"].as_object().unwrap();
    let requests: u64 = acts.values().map(|act| act["requests"].as_u64().unwrap()).sum();
    assert!((900..=1_000).contains(&requests), "{requests} in two seconds");
    assert!(acts.values().all(|act| act["corrected_microseconds"].is_null()));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn two_runs_are_compared() {
    let (_, mut result, folder) = short_run(&["memory:"]);
    let file = folder.join("result.json").display().to_string();
    let same = tool(&["compare", &file, &file]).output().unwrap();
    assert_eq!(same.status.code(), Some(0), "{}", said(&same));
    assert!(!said(&same).contains("worse"), "{}", said(&same));

    for round in result["stores"][0]["rounds"].as_array_mut().unwrap() {
        round["requests_per_second"] = 100.into();
    }
    let slow = folder.join("slow.json").display().to_string();
    fs::write(&slow, result.to_string()).unwrap();
    for round in result["stores"][0]["rounds"].as_array_mut().unwrap() {
        round["requests_per_second"] = 50.into();
    }
    let slower = folder.join("slower.json").display().to_string();
    fs::write(&slower, result.to_string()).unwrap();
    let worse = tool(&["compare", &slow, &slower]).output().unwrap();
    assert_eq!(worse.status.code(), Some(1), "{}", said(&worse));
    assert!(
        said(&worse).contains("-50.0%") && said(&worse).contains("worse"),
        "{}",
        said(&worse)
    );
    let better = tool(&["compare", &slower, &slow]).output().unwrap();
    assert_eq!(better.status.code(), Some(0), "{}", said(&better));
    assert!(said(&better).contains("better"), "{}", said(&better));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_store_is_held_to_the_contract() {
    let output = tool(&["check", "--store", "memory:"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        said(&output).ends_with("promises kept, 0 broken\n"),
        "{}",
        said(&output)
    );
    let redis = redis_database(6);
    let output = tool(&["check", "--store", &redis, "--only", "touch_of"])
        .output()
        .unwrap();
    assert!(said(&output).contains("4 promises kept, 0 broken"), "{}", said(&output));
}

#[test]
fn what_can_not_be_done_is_told_in_one_line_without_a_password() {
    for (arguments, reason) in [
        (
            ["run", "--store", "redis://:hidden@127.0.0.1:1"].as_slice(),
            "--store: redis://127.0.0.1:1: no connection to Redis at 127.0.0.1:1: Connection refused",
        ),
        (
            &["run", "--store", "pigeon:hidden"],
            "--store: `pigeon:` is no store that this program knows",
        ),
        (
            &["check", "--store", "pigeon:hidden"],
            "--store: `pigeon:` is no store that this program knows",
        ),
        (
            &["compare", "nowhere.json", "nowhere.json"],
            "nowhere.json: No such file or directory",
        ),
    ] {
        let output = tool(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        let complaint = text(&output.stderr);
        assert!(complaint.contains(reason), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(!complaint.contains("hidden"), "{complaint}");
    }
    for (option, value, reason) in [
        (
            "--mix",
            "read=90,delete=10",
            "needs a name of read write new touch sign-in and a number up to 1000",
        ),
        ("--duration", "soon", "needs a time such as 10s"),
        ("--concurrency", "0", "0 is not in 1..=10000"),
    ] {
        let output = tool(&["run", "--store", "memory:", option, value]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(reason), "{}", said(&output));
    }
}
