//! MySQL's and MariaDB's plans.

use tokio::time::Instant;

use crate::support::client::Client;
use crate::support::engine::MySql;
use crate::support::server::Server;
use crate::{END, Filled, LOADS, MILLION, THOUSAND, compare_loads};

/// The rows and index entries that a statement may read: a batch of clean-up reads each of its twenty.
const MOST_READ: u64 = 60;

/// Each statement, and its values.
const STATEMENTS: [(&str, &str, &[&str]); 16] = [
    (
        "create",
        include_str!("../../src/mysql/sql/create.sql"),
        &[NEW, NEW, "1", "0", "0", "1800000000000", "NULL", "'x'"],
    ),
    (
        "create, signed in",
        include_str!("../../src/mysql/sql/create_signed_in.sql"),
        &[
            NEW,
            NEW,
            "1",
            "0",
            "0",
            "1800000000000",
            "'owner-7'",
            "'x'",
            "'owner-7'",
            "5",
        ],
    ),
    ("load", include_str!("../../src/mysql/sql/load.sql"), &[SEVEN, NOW]),
    ("look", include_str!("../../src/mysql/sql/look.sql"), &[SEVEN, NOW]),
    (
        "look for rotation",
        include_str!("../../src/mysql/sql/look_for_rotation.sql"),
        &["'owner-7'", "5", SEVEN, NOW],
    ),
    (
        "update",
        include_str!("../../src/mysql/sql/update.sql"),
        &["2", "0", "1800000000000", "'x'", SEVEN, "1", NOW],
    ),
    (
        "touch",
        include_str!("../../src/mysql/sql/touch.sql"),
        &["0", "1800000000000", SEVEN, "1", NOW],
    ),
    (
        "rotate",
        include_str!("../../src/mysql/sql/rotate.sql"),
        &[
            NEW,
            "1800000000000",
            SEVEN,
            "1",
            NOW,
            "'owner-7'",
            "5",
            NEW,
            "2",
            "0",
            "0",
            "1800000000000",
            "'owner-7'",
            "'x'",
        ],
    ),
    (
        "delete",
        include_str!("../../src/mysql/sql/delete.sql"),
        &[SEVEN, NOW, NOW],
    ),
    (
        "delete, ended",
        include_str!("../../src/mysql/sql/delete_ended.sql"),
        &[SEVEN, NOW],
    ),
    (
        "sessions_of",
        include_str!("../../src/mysql/sql/sessions_of.sql"),
        &["'owner-7'", NOW],
    ),
    (
        "cut_off",
        include_str!("../../src/mysql/sql/cut_off.sql"),
        &["'owner-7'", "5", "3600005", "5", "3600005"],
    ),
    (
        "delete_sessions_of",
        include_str!("../../src/mysql/sql/delete_sessions_of.sql"),
        &["'owner-7'", SEVEN, NOW],
    ),
    (
        "delete_sessions_of, ended",
        include_str!("../../src/mysql/sql/delete_ended_sessions_of.sql"),
        &["'owner-7'", NOW],
    ),
    (
        "delete_expired",
        include_str!("../../src/mysql/sql/delete_expired.sql"),
        &["1700000900000", "20"],
    ),
    (
        "delete_expired, cut-offs",
        include_str!("../../src/mysql/sql/delete_expired_cut_offs.sql"),
        &["1700000900000", "20"],
    ),
];
const NEW: &str = "UNHEX(SHA2('new', 256))";
const SEVEN: &str = "UNHEX(SHA2('7', 256))";
const NOW: &str = "1700000000000";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn among_a_million_sessions_every_statement_goes_by_an_index() {
    let server = Server::<MySql>::start().await;
    let mut admin = server.admin().await;
    let (few, many) = (
        fill(&server, &mut admin, THOUSAND).await,
        fill(&server, &mut admin, MILLION).await,
    );
    for (name, sql, values) in STATEMENTS {
        let sql = inlined(sql, values, &many.table);
        let plan = admin.ask(&format!("EXPLAIN FORMAT=JSON {sql}")).await.join("\n");
        let read = rows_read(&mut admin, &sql).await;
        println!("{name:25} {read:3} rows  {}", indexes(&plan).join(", "));
        assert!(read <= MOST_READ, "{name} reads {read} rows: {plan}");
    }
    let (_, load, values) = STATEMENTS.iter().find(|(name, _, _)| *name == "load").unwrap();
    let among_a_thousand = rows_read(&mut admin, &inlined(load, values, &few.table)).await;
    let among_a_million = rows_read(&mut admin, &inlined(load, values, &many.table)).await;
    assert_eq!(among_a_million, among_a_thousand);
    compare_loads(&few, &many).await;
}

/// In the order of the keys, which is quicker. One in ten is signed in, ten sessions an owner.
async fn fill(server: &Server<MySql>, admin: &mut Client<MySql>, number: u32) -> Filled {
    let settings = server.settings();
    let store = settings.connect::<MySql>().await;
    let table = settings.table;
    let begin = Instant::now();
    for sql in [
        format!(
            "INSERT INTO {table} (root, id, revision, expires_at, owner, payload)
             SELECT id, id, 1, {END} + n * 1000,
                IF(n % 10 = 7, CONCAT('owner-', FLOOR(n / 100) * 100 + 7), NULL), REPEAT('ab', 100)
             FROM (SELECT seq AS n, UNHEX(SHA2(seq, 256)) AS id FROM seq_1_to_{number}) AS sessions ORDER BY id"
        ),
        format!(
            "INSERT INTO {table}_cutoff SELECT CONCAT('owner-', seq), 1, {END} + seq * 1000 FROM seq_1_to_{}",
            number / 10
        ),
        format!("ANALYZE TABLE {table}, {table}_cutoff"),
    ] {
        admin.tell(&sql).await;
    }
    println!("{number} sessions in {:?}", begin.elapsed());
    let every = number / LOADS;
    let keys = admin
        .ask(&format!("SELECT SHA2(seq, 256) FROM seq_1_to_{number}_step_{every}"))
        .await;
    Filled::new(table, store, &keys)
}

fn inlined(sql: &str, values: &[&str], table: &str) -> String {
    let lines = sql.lines().filter(|line| !line.starts_with("--"));
    let sql = lines.collect::<Vec<_>>().join(" ").replace("session_kit", table);
    let mut parts = sql.split('?');
    let mut text = parts.next().unwrap().to_owned();
    let parts: Vec<_> = parts.collect();
    assert_eq!(parts.len(), values.len(), "{sql}");
    for (value, part) in values.iter().zip(parts) {
        text.extend([*value, part]);
    }
    text
}

/// What the statement really reads. It is undone.
async fn rows_read(admin: &mut Client<MySql>, sql: &str) -> u64 {
    // It would commit.
    admin.tell("FLUSH STATUS").await;
    admin.tell("BEGIN").await;
    admin.tell(sql).await;
    let read = "SELECT CAST(SUM(variable_value) AS CHAR) FROM information_schema.session_status
        WHERE variable_name LIKE 'Handler_read%'";
    let read = admin.value::<f64>(read).await;
    admin.tell("ROLLBACK").await;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it counts")]
    let read = read as u64;
    read
}

fn indexes(plan: &str) -> Vec<&str> {
    let keys = plan.split("\"key\": \"").skip(1);
    keys.filter_map(|rest| rest.split('"').next()).collect()
}
