//! Every example, over HTTP: what it answers is what its visitors should see.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "these are tests"
)]
#![expect(dead_code, reason = "the `main` of an example is for `cargo run`")]

#[path = "../../examples/background_job.rs"]
mod background_job;
#[path = "../../examples/cart.rs"]
mod cart;
mod client;
#[path = "../../examples/flash.rs"]
mod flash;
#[path = "../../examples/header_transport.rs"]
mod header_transport;
#[path = "../../examples/login.rs"]
mod login;
#[path = "../../examples/own_adapter/main.rs"]
mod own_adapter;
#[path = "../../examples/own_store/main.rs"]
mod own_store;
mod server;
#[path = "../../examples/typed_session.rs"]
mod typed_session;
#[path = "../../examples/web_socket.rs"]
mod web_socket;
mod web_socket_client;

use std::sync::Arc;

use client::Visitor;
use server::{start, start_axum, start_rocket};
use tokio::sync::{Semaphore, watch};
use web_socket_client::{Frame, WebSocket};

#[test]
fn login_gives_a_new_id_and_logout_ends_it() {
    let mut ann = Visitor::new(start_axum(login::app().unwrap()));
    assert_eq!(ann.get("/account").status, 401);
    let refused = ann.submit("/login", "name=ann&password=coffee+at+nine");
    assert_eq!((refused.status, refused.header("set-cookie")), (401, None));

    let accepted = ann.submit("/login", "name=ann&password=tea+at+five");
    assert_eq!((accepted.status, accepted.header("location")), (303, Some("/account")));
    let cookie = accepted.header("set-cookie").unwrap();
    assert!(
        cookie.ends_with("; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    let account = ann.get("/account");
    assert_eq!((account.status, account.body.as_str()), (200, "signed in as ann\n"));
    assert_eq!(
        (account.header("vary"), account.header("cache-control")),
        (Some("Cookie"), Some("no-store"))
    );

    let mut copy = ann.clone();
    assert_eq!(ann.post("/logout").status, 303);
    assert_eq!(ann.cookie, None, "the browser is told to forget it");
    assert_eq!(copy.get("/account").status, 401, "and the server has");
}

#[test]
fn a_cart_has_every_item_that_overlapping_requests_put_in() {
    let mut visitor = Visitor::new(start_axum(cart::app().unwrap()));
    assert_eq!(visitor.post("/cart/tea").body, "1 tea\n");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let mut tab = visitor.clone();
            scope.spawn(move || {
                for _ in 0..5 {
                    assert_eq!(tab.post("/cart/tea").status, 200);
                }
            });
        }
    });
    assert_eq!(visitor.post("/cart/cake").body, "1 cake\n");
    assert_eq!(visitor.get("/cart").body, "1 cake\n41 tea\n");
}

#[test]
fn a_typed_session_is_one_struct() {
    let mut visitor = Visitor::new(start_axum(typed_session::app().unwrap()));
    assert_eq!(visitor.get("/").body, "hello stranger, visit 1\n");
    assert_eq!(visitor.post("/name/ann").status, 200);
    assert_eq!(visitor.get("/").body, "hello ann, visit 2\n");
}

#[test]
fn a_flash_is_shown_once() {
    let mut visitor = Visitor::new(start_rocket(flash::app().unwrap()));
    assert_eq!(visitor.get("/").body, "nothing new\n");
    assert_eq!(visitor.cookie, None, "nobody has a session for looking");
    let ordered = visitor.post("/orders");
    assert_eq!((ordered.status, ordered.header("location")), (303, Some("/")));
    assert_eq!(visitor.get("/").body, "order 1 is on its way\n");
    assert_eq!(visitor.get("/").body, "nothing new\n");
}

#[test]
fn a_web_socket_counts_in_the_session_and_hangs_up_at_its_end() {
    let address = start(|listener| web_socket::serve(listener).unwrap());
    let mut visitor = Visitor::new(address);
    let mut socket = WebSocket::open(&mut visitor, "/socket");
    assert!(visitor.cookie.is_some(), "the cookie comes with the head");
    socket.say("hello");
    assert_eq!(socket.hear(), Frame::Text("message 1".to_owned()));

    let mut second = WebSocket::open(&mut visitor, "/socket");
    second.say("hello from another tab");
    assert_eq!(second.hear(), Frame::Text("message 2".to_owned()));
    socket.say("hello again");
    assert_eq!(socket.hear(), Frame::Text("message 3".to_owned()));

    assert_eq!(visitor.post("/leave").status, 200);
    socket.say("still there");
    assert_eq!(socket.hear(), Frame::Close(1008));
}

#[test]
fn a_background_job_leaves_its_result_unless_the_visitor_has_left() {
    let (places, dropped) = (Arc::new(Semaphore::new(0)), watch::Sender::new(0));
    let mut outcome = dropped.subscribe();
    let jobs = background_job::Jobs {
        places: Arc::clone(&places),
        dropped,
    };
    let address = start_axum(background_job::app(jobs).unwrap());
    let (mut patient, mut hasty) = (Visitor::new(address), Visitor::new(address));
    for visitor in [&mut patient, &mut hasty] {
        assert_eq!(visitor.post("/report").status, 202);
        assert_eq!(visitor.get("/report").body, "still at work");
    }
    let mut copy = hasty.clone();
    assert_eq!(hasty.post("/leave").status, 200);
    places.add_permits(1);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(outcome.wait_for(|dropped| *dropped == 1)).unwrap();
    let is_ready = |_| patient.get("/report").body == "42 sold";
    assert!((0..1000).any(is_ready), "the job of a visitor who stays is stored");
    assert_eq!(copy.get("/report").body, "no report", "nothing comes back");
}

#[test]
fn a_session_can_travel_in_a_header() {
    let mut program = Visitor::new(start_axum(header_transport::app().unwrap()));
    let first = program.get("/calls");
    assert_eq!((first.body.as_str(), first.header("set-cookie")), ("call 1\n", None));
    assert_eq!(first.header("vary"), Some("x-session"));
    let presented = format!("X-Session: {}", first.header("x-session").unwrap());

    let second = program.send("GET", "/calls", &[&presented], "");
    assert_eq!((second.body.as_str(), second.header("x-session")), ("call 2\n", None));
    let ended = program.send("DELETE", "/calls", &[&presented], "");
    assert_eq!(ended.header("x-session"), Some(""), "there is no session any more");
    assert_eq!(program.send("GET", "/calls", &[&presented], "").body, "call 1\n");
}

#[test]
fn a_store_of_ones_own_counts_one_operation_a_request() {
    let mut visitor = Visitor::new(start_axum(own_store::app().unwrap()));
    for _ in 0..3 {
        assert_eq!(visitor.get("/").status, 200);
    }
    let metrics = visitor.get("/metrics").body;
    for line in ["create_calls 1", "load_calls 2", "update_calls 2"] {
        assert!(metrics.contains(&format!("session_store_{line}\n")), "{metrics}");
    }
}

#[test]
fn an_adapter_of_ones_own_keeps_a_session() {
    let mut visitor = Visitor::new(start(|listener| async {
        own_adapter::serve(tokio::net::TcpListener::from_std(listener).unwrap()).await
    }));
    let first = visitor.get("/");
    assert_eq!((first.status, first.body.as_str()), (200, "visit 1\n"));
    assert!(first.header("set-cookie").unwrap().starts_with("session="), "{first:?}");
    let second = visitor.get("/");
    assert_eq!((second.header("set-cookie"), second.body.as_str()), (None, "visit 2\n"));
}
