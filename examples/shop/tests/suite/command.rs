//! The shop as a command: options, cookies, and what it is without a session.

use std::net::TcpListener;
use std::process::Output;

use super::{Shop, command, run};

const KEY: &str = "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=";
const NEWER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The exit code, and the last line of what was said about it.
fn refusal(output: &Output) -> (i32, String) {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    let is_log = |line: &&str| line.contains(" INFO ") || line.contains(" WARN ");
    let errors: Vec<_> = said.lines().filter(|line| !is_log(line)).collect();
    assert_eq!(errors.len(), 1, "{said}");
    (output.status.code().unwrap(), errors.concat())
}

#[test]
fn a_bad_option_is_refused_in_one_line() {
    for (options, reason) in [
        (
            &["--listen", "nowhere"][..],
            "invalid value 'nowhere' for '--listen <ADDRESS>'",
        ),
        (&["--colour"], "unexpected argument '--colour' found"),
        (
            &["--store", "carrier-pigeon://loft"],
            "--store: `carrier-pigeon:` is no session store, needs one of memory:",
        ),
        (
            &["--store", "mongodb://shop:hidden@database:port/shop"],
            "needs the form mongodb://user:password@host:port/database?options",
        ),
        (
            &["--store", "postgres://:hidden@database:port/shop"],
            "needs the form postgres://user:password@host:port/database",
        ),
        (
            &["--secret", "hidden"],
            "--secret, SESSION_SECRET or --secret-file: signing key 1 is not base64",
        ),
        (
            &["--secret", "aGlkZGVu"],
            "signing key 1 has 6 bytes, needs at least 32",
        ),
        (&["--secret", ""], "no signing key, needs at least one of 32 bytes"),
    ] {
        let (code, line) = refusal(&run(options));
        assert_eq!(code, 2, "{options:?}");
        assert!(line.starts_with("error: ") && line.contains(reason), "{line}");
        assert!(!line.contains("hidden") && !line.contains("aGlkZGVu"), "{line}");
    }
}

#[test]
fn a_bad_log_filter_is_refused() {
    let output = command().env("RUST_LOG", "session_kit=loud").output().unwrap();
    let (code, line) = refusal(&output);
    assert_eq!(code, 2);
    assert!(line.starts_with("error: RUST_LOG: "), "{line}");
}

#[test]
fn a_port_that_is_taken_is_refused() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, line) = refusal(&run(&["--listen", &address]));
    assert_eq!(code, 1);
    assert!(
        line.starts_with(&format!("error: can't listen on {address}: ")),
        "{line}"
    );
}

#[test]
fn help_shows_no_secret() {
    let output = command().arg("--help").env("SESSION_SECRET", KEY).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for option in [
        "--listen",
        "--store",
        "--secret",
        "--secret-file",
        "SESSION_SECRET",
        "--insecure-http",
    ] {
        assert!(help.contains(option), "{help}");
    }
    assert!(!help.contains(KEY), "{help}");
}

#[test]
fn the_cookie_is_bound_to_this_host_and_to_tls() {
    let shop = Shop::with(&[]);
    let mut visitor = shop.browser();
    let reply = visitor.post("/cart/add", &[("item", "mug")]);
    let cookie = reply.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    assert!(
        cookie.ends_with("; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax; Secure"),
        "{cookie}"
    );
    assert_eq!(visitor.items(), ["mug"]);
}

#[test]
fn insecure_http_takes_secure_away_and_nothing_else() {
    let shop = Shop::open();
    let reply = shop.browser().post("/cart/add", &[("item", "mug")]);
    let cookie = reply.header("set-cookie").unwrap();
    assert!(cookie.starts_with("session="), "{cookie}");
    assert!(
        cookie.ends_with("; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
}

#[test]
fn remember_me_makes_the_cookie_last() {
    let shop = Shop::open();
    let mut ann = shop.browser();
    let fields = [("email", "ann@example.com"), ("password", "demo"), ("remember", "yes")];
    let remembered = ann.post("/login", &fields);
    assert!(remembered.header("set-cookie").unwrap().contains("Max-Age=7776000;"));
    let forgotten = ann.post("/login", &fields[..2]);
    assert!(forgotten.header("set-cookie").unwrap().contains("Max-Age=86400;"));
}

/// A cookie that is believed is looked up, and these shops do not know the session.
#[test]
fn a_ring_believes_the_cookies_of_its_older_keys() {
    let issuer = Shop::with(&["--insecure-http", "--secret", KEY]);
    let mut visitor = issuer.browser();
    visitor.post("/cart/add", &[("item", "mug")]);
    for (ring, is_believed) in [(format!("{NEWER_KEY},{KEY}"), true), (NEWER_KEY.to_owned(), false)] {
        let shop = Shop::with(&["--insecure-http", "--secret", &ring]);
        let mut stranger = shop.browser();
        stranger.cookie.clone_from(&visitor.cookie);
        assert_eq!(stranger.cart(), []);
        let (_, log) = shop.stop();
        assert_eq!(log.contains("session has expired or was ended"), is_believed, "{log}");
        assert!(!log.contains("--secret"), "{log}");
    }
}

#[test]
fn health_and_assets_know_no_session() {
    let shop = Shop::open();
    let mut visitor = shop.browser();
    visitor.post("/cart/add", &[("item", "mug")]);
    let health = visitor.get("/healthz");
    assert_eq!((health.status, health.body.as_str()), (200, "ok\n"));
    let style = visitor.get("/shop.css");
    assert_eq!(
        style.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
    for reply in [health, style] {
        assert_eq!((reply.sets_cookie(), reply.header("vary")), (false, None));
    }
}
