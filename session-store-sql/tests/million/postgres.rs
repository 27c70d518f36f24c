//! PostgreSQL's plans.

use tokio::time::Instant;

use crate::support::client::Client;
use crate::support::engine::Postgres;
use crate::support::server::Server;
use crate::{END, Filled, LOADS, MILLION, THOUSAND, clear, compare_loads};

/// The pages of the way through an index to a row, and of a mark's, its owner's and its end's entries that change with it.
const MOST_PAGES: u64 = 400;

/// Each statement, the types of its parameters, the values, and whether it may read everything.
const STATEMENTS: [Statement; 16] = [
    statement(
        "create",
        include_str!("../../src/postgres/sql/create.sql"),
        "bytea, bigint, bigint, bigint, bigint, text, bytea",
        "sha256('new'), 1, 0, 0, 1800000000000, NULL, 'x'",
    ),
    statement(
        "create, signed in",
        include_str!("../../src/postgres/sql/create_signed_in.sql"),
        "bytea, bigint, bigint, bigint, bigint, text, bytea, bigint, bigint",
        "sha256('new'), 1, 0, 0, 1800000000000, 'owner-7', 'x', 5, 3600005",
    ),
    statement(
        "load",
        include_str!("../../src/postgres/sql/load.sql"),
        "bytea, bigint",
        "sha256('7'), 1700000000000",
    ),
    statement(
        "update",
        include_str!("../../src/postgres/sql/update.sql"),
        "bytea, bigint, bigint, bigint, bigint, bigint, bytea",
        "sha256('7'), 1700000000000, 1, 2, 0, 1800000000000, 'x'",
    ),
    statement(
        "update, conflict",
        include_str!("../../src/postgres/sql/update.sql"),
        "bytea, bigint, bigint, bigint, bigint, bigint, bytea",
        "sha256('7'), 1700000000000, 9, 2, 0, 1800000000000, 'x'",
    ),
    LOAD_SEVERAL,
    UPDATE_SEVERAL,
    statement(
        "touch",
        include_str!("../../src/postgres/sql/touch.sql"),
        "bytea, bigint, bigint, bigint, bigint",
        "sha256('7'), 1700000000000, 1, 0, 1800000000000",
    ),
    statement(
        "rotate",
        include_str!("../../src/postgres/sql/rotate.sql"),
        "bytea, bigint, bigint, bytea, bigint, bigint, bigint, bigint, text, bytea, bigint, bigint, bigint",
        "sha256('7'), 1700000000000, 1, sha256('new'), 2, 0, 0, 1800000000000, 'owner-7', 'x', 5, 1800000000000, 3600005",
    ),
    statement(
        "rotate, conflict",
        include_str!("../../src/postgres/sql/rotate.sql"),
        "bytea, bigint, bigint, bytea, bigint, bigint, bigint, bigint, text, bytea, bigint, bigint, bigint",
        "sha256('7'), 1700000000000, 9, sha256('new'), 2, 0, 0, 1800000000000, NULL, 'x', NULL, 1800000000000, NULL",
    ),
    statement(
        "delete",
        include_str!("../../src/postgres/sql/delete.sql"),
        "bytea, bigint",
        "sha256('7'), 1700000000000",
    ),
    statement(
        "sessions_of",
        include_str!("../../src/postgres/sql/sessions_of.sql"),
        "text, bigint",
        "'owner-7', 1700000000000",
    ),
    statement(
        "delete_sessions_of",
        include_str!("../../src/postgres/sql/delete_sessions_of.sql"),
        "text, bytea, bigint",
        "'owner-7', sha256('7'), 1700000000000",
    ),
    statement(
        "cut_off",
        include_str!("../../src/postgres/sql/cut_off.sql"),
        "text, bigint, bigint",
        "'owner-7', 5, 3600005",
    ),
    statement(
        "delete_expired",
        include_str!("../../src/postgres/sql/delete_expired.sql"),
        "bigint, bigint",
        "1700000900000, 20",
    ),
    statement(
        "delete_expired, cut-offs",
        include_str!("../../src/postgres/sql/delete_expired_cut_offs.sql"),
        "bigint, bigint",
        "1700000900000, 20",
    ),
];

const LOAD_SEVERAL: Statement = statement(
    "load_several",
    include_str!("../../src/postgres/sql/load_several.sql"),
    "bytea[], bigint",
    "{keys}, 1700000000000",
);

const UPDATE_SEVERAL: Statement = statement(
    "update_several",
    include_str!("../../src/postgres/sql/update_several.sql"),
    "bytea[], bigint[], bigint[], bigint[], bigint[], bigint[], bytea[]",
    "{keys}, array_fill(1700000000000, {count}), array_fill(1::bigint, {count}), array_fill(2::bigint, {count}),
    array_fill(0::bigint, {count}), array_fill(1800000000000, {count}), array_fill('x'::bytea, {count})",
);

struct Statement {
    name: &'static str,
    sql: &'static str,
    types: &'static str,
    values: &'static str,
}

impl Statement {
    /// With so many sessions where it is for several.
    fn values(&self, several: usize) -> String {
        let keys: Vec<_> = (1..=several).map(|number| format!("sha256('{number}')")).collect();
        self.values
            .replace("{keys}", &format!("ARRAY[{}]", keys.join(", ")))
            .replace("{count}", &format!("'{{{several}}}'"))
    }
}

const fn statement(name: &'static str, sql: &'static str, types: &'static str, values: &'static str) -> Statement {
    Statement {
        name,
        sql,
        types,
        values,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn among_a_million_sessions_every_statement_goes_by_an_index() {
    let server = Server::<Postgres>::start().await;
    let mut admin = server.admin().await;
    let mut analyzed = Vec::new();
    for number in [THOUSAND, MILLION] {
        let filled = fill(&server, &mut admin, number).await;
        let table = &filled.table;
        admin.tell(&format!("VACUUM ANALYZE {table}, {table}_cutoff")).await;
        analyzed.push(filled);
    }
    let [few, many] = analyzed.try_into().ok().unwrap();
    for statement in STATEMENTS {
        // The server chooses between them, by what it has seen of a statement.
        for mode in ["force_custom_plan", "force_generic_plan"] {
            let plan = plan(&many, &mut admin, &statement, 10, mode).await;
            println!(
                "{:25} {:5} pages  {}",
                statement.name,
                plan.pages,
                plan.nodes.join(", ")
            );
            assert!(
                !plan.text.contains("Seq Scan on t"),
                "{}: {}",
                statement.name,
                plan.text
            );
            assert!(plan.pages <= MOST_PAGES, "{}: {}", statement.name, plan.text);
        }
    }
    let load = STATEMENTS.iter().find(|statement| statement.name == "load").unwrap();
    let pages = plan(&few, &mut admin, load, 1, "auto").await.pages;
    let among_a_million = plan(&many, &mut admin, load, 1, "auto").await.pages;
    assert!(among_a_million <= 2 * pages, "{among_a_million} pages, not {pages}");
    compare_loads(&few, &many).await;
    clear(&many).await;
}

/// A server looks at a table a while after it has been filled, or copied from another server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_table_that_the_server_has_not_looked_at_sessions_are_found_by_their_keys() {
    let server = Server::<Postgres>::start().await;
    let mut admin = server.admin().await;
    // As the store has them on its own connections.
    for setting in ["enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit"] {
        admin.tell(&format!("SET {setting} = off")).await;
    }
    for number in [THOUSAND, 4 * THOUSAND, 16 * THOUSAND] {
        let filled = fill(&server, &mut admin, number).await;
        for statement in [LOAD_SEVERAL, UPDATE_SEVERAL] {
            for mode in ["force_custom_plan", "force_generic_plan"] {
                let plan = plan(&filled, &mut admin, &statement, 60, mode).await;
                assert!(!plan.text.contains("Join Filter"), "{number}: {}", plan.text);
                let mut indexes = plan.nodes.iter().filter(|node| node.contains("Index"));
                assert!(indexes.all(|node| node.contains("_pkey")), "{number}: {}", plan.text);
            }
        }
    }
}

/// In the order of the keys, which is quicker. One in ten is signed in, ten sessions an owner; the first thousand have ended by a moment that is known.
async fn fill(server: &Server<Postgres>, admin: &mut Client<Postgres>, number: u32) -> Filled {
    let settings = server.settings();
    let store = settings.connect::<Postgres>().await;
    let table = settings.table;
    let begin = Instant::now();
    admin
        .tell(&format!(
            "INSERT INTO {table} (id, root, revision, expires_at, owner, payload)
             SELECT id, id, 1, {END} + n * 1000,
                CASE WHEN n % 10 = 7 THEN 'owner-' || n / 100 * 100 + 7 END, decode(repeat('ab', 200), 'hex')
             FROM (SELECT n, sha256(n::text::bytea) id FROM generate_series(1, {number}) n ORDER BY id) sessions"
        ))
        .await;
    admin
        .tell(&format!(
            "INSERT INTO {table}_cutoff SELECT 'owner-' || n, 1, {END} + n * 1000 FROM generate_series(1, {number} / 10) n"
        ))
        .await;
    println!("{number} sessions in {:?}", begin.elapsed());
    let every = number / LOADS;
    let keys = format!("SELECT encode(sha256(n::text::bytea), 'hex') FROM generate_series(1, {number}, {every}) n");
    let keys = admin.ask(&keys).await;
    Filled::new(table, store, &keys)
}

struct Plan {
    text: String,
    nodes: Vec<String>,
    pages: u64,
}

/// As it is run, and undone.
async fn plan(
    filled: &Filled,
    admin: &mut Client<Postgres>,
    statement: &Statement,
    several: usize,
    mode: &str,
) -> Plan {
    let sql = statement.sql.replace("session_kit", &filled.table);
    admin.tell("BEGIN").await;
    admin.tell(&format!("SET LOCAL plan_cache_mode = {mode}")).await;
    admin.tell(&format!("PREPARE it ({}) AS {sql}", statement.types)).await;
    let lines = admin
        .ask(&format!(
            "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) EXECUTE it ({})",
            statement.values(several)
        ))
        .await;
    admin.tell("DEALLOCATE it").await;
    admin.tell("ROLLBACK").await;
    Plan {
        nodes: lines.iter().filter_map(|line| node(line, &filled.table)).collect(),
        pages: pages(&lines),
        text: lines.join("\n"),
    }
}

/// What a line says of reading: the node, and the index or table.
fn node(line: &str, table: &str) -> Option<String> {
    let (node, _) = line.trim_start_matches([' ', '-', '>']).split_once("  (cost")?;
    let reads = node.contains("Scan") && (node.contains(table) || node.contains("using"));
    reads.then(|| node.replace(table, "session_kit"))
}

/// Of the whole statement: the first line that tells, as each has those beneath it.
fn pages(lines: &[String]) -> u64 {
    let line = lines.iter().find(|line| line.contains("Buffers: ")).unwrap();
    let numbers = line.split([' ', ',']).filter_map(|word| {
        let (kind, number) = word.split_once('=')?;
        matches!(kind, "hit" | "read").then(|| number.parse::<u64>().unwrap())
    });
    numbers.sum()
}
