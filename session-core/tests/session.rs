//! The session through its manager, on the memory store: what one request, and two that overlap, do to it.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use session_core::{Committed, Error, Owner, RequestInfo, Session, SessionManager, SigningKeys};
use session_store_memory::MemoryStore;

/// A browser that has one cookie.
struct Visitor {
    manager: SessionManager,
    cookie: Option<String>,
}

impl Visitor {
    fn new(manager: &SessionManager) -> Self {
        Self {
            manager: manager.clone(),
            cookie: None,
        }
    }

    fn open(&self) -> Session {
        self.manager
            .open(self.cookie.as_deref().map(str::as_bytes), &RequestInfo::new())
    }

    async fn close(&mut self, session: Session) -> Committed {
        self.close_with(session, 200).await
    }

    async fn close_with(&mut self, session: Session, status: u16) -> Committed {
        let committed = self.manager.commit(session, status).await;
        if let Some(cookie) = committed.headers.set_cookie() {
            let pair = cookie.split(';').next().unwrap();
            self.cookie = (!cookie.contains("Max-Age=0")).then(|| pair.to_owned());
        }
        committed
    }
}

fn manager() -> SessionManager {
    SessionManager::new(MemoryStore::new(), SigningKeys::generate().unwrap()).unwrap()
}

fn owner(name: &str) -> Owner {
    Owner::new(name).unwrap()
}

#[tokio::test]
async fn a_value_is_there_for_the_next_request() {
    let mut visitor = Visitor::new(&manager());
    let first = visitor.open();
    assert!(first.is_new().await.unwrap());
    first.insert("n", &1_u64).unwrap();
    assert_eq!(first.get::<u64>("n").await.unwrap(), Some(1));
    visitor.close(first).await.result.unwrap();
    let second = visitor.open();
    assert_eq!(second.get::<u64>("n").await.unwrap(), Some(1));
    assert!(!second.is_new().await.unwrap());
    let closed = visitor.close(second).await;
    assert_eq!(closed.headers.set_cookie(), None, "nothing has changed for the browser");
    assert_eq!(closed.headers.cache_control(), Some("no-store"));
}

#[tokio::test]
async fn overlapping_requests_lose_nothing() {
    let mut visitor = Visitor::new(&manager());
    let first = visitor.open();
    first.insert("n", &0_u64).unwrap();
    visitor.close(first).await.result.unwrap();
    let (one, two) = (visitor.open(), visitor.open());
    for session in [&one, &two] {
        session.update("n", |n: &mut u64| *n += 1).await.unwrap();
    }
    one.insert("a", "x").unwrap();
    two.insert("b", "y").unwrap();
    visitor.close(one).await.result.unwrap();
    visitor.close(two).await.result.unwrap();
    let last = visitor.open();
    assert_eq!(last.get::<u64>("n").await.unwrap(), Some(2));
    assert_eq!(last.keys().await.unwrap(), ["a", "b", "n"]);
}

#[tokio::test]
async fn a_late_update_follows_a_sign_in_and_a_blind_write_does_not() {
    let mut visitor = Visitor::new(&manager());
    let first = visitor.open();
    first.insert("cart", &vec!["a"]).unwrap();
    visitor.close(first).await.result.unwrap();
    let old_cookie = visitor.cookie.clone();

    let late = visitor.open();
    late.update("cart", |cart: &mut Vec<String>| cart.push("late".into()))
        .await
        .unwrap();
    late.insert("planted", &true).unwrap();

    let login = visitor.open();
    login.sign_in(owner("alice"));
    visitor.close(login).await.result.unwrap();
    assert_ne!(visitor.cookie, old_cookie);

    let closed = visitor.manager.commit(late, 200).await;
    closed.result.unwrap();
    assert_eq!(closed.headers.set_cookie(), None);

    let now = visitor.open();
    assert_eq!(now.get::<Vec<String>>("cart").await.unwrap().unwrap(), ["a", "late"]);
    assert_eq!(now.owner().await.unwrap(), Some(owner("alice")));
    assert!(!now.contains_key("planted").await.unwrap());

    visitor.cookie = old_cookie;
    let through_the_old_id = visitor.open();
    assert_eq!(through_the_old_id.keys().await.unwrap(), Vec::<String>::new());
    assert_eq!(through_the_old_id.owner().await.unwrap(), None);
}

#[tokio::test]
async fn a_destroyed_session_stays_dead() {
    let mut visitor = Visitor::new(&manager());
    let first = visitor.open();
    first.insert("n", &1).unwrap();
    visitor.close(first).await.result.unwrap();
    let late = visitor.open();
    late.update("n", |n: &mut u64| *n += 1).await.unwrap();
    let saving = visitor.open();
    saving.update("n", |n: &mut u64| *n += 1).await.unwrap();
    let logout = visitor.open();
    logout.destroy();
    visitor.close(logout).await.result.unwrap();
    assert_eq!(visitor.cookie, None);
    let closed = visitor.manager.commit(late, 200).await;
    assert_eq!((closed.result.is_ok(), closed.headers.set_cookie()), (true, None));
    assert!(matches!(saving.save().await, Err(Error::Gone)));
}

#[tokio::test]
async fn a_failed_request_changes_nothing_but_still_signs_out() {
    let mut visitor = Visitor::new(&manager());
    let login = visitor.open();
    login.insert("cart", &1).unwrap();
    login.sign_in(owner("alice"));
    visitor.close(login).await.result.unwrap();
    let failing = visitor.open();
    failing.insert("half", &true).unwrap();
    visitor.close_with(failing, 500).await.result.unwrap();
    let next = visitor.open();
    assert!(!next.contains_key("half").await.unwrap());
    next.insert("half", &true).unwrap();
    next.sign_out_keeping(["cart"]);
    visitor.close_with(next, 500).await.result.unwrap();
    let last = visitor.open();
    assert_eq!(last.keys().await.unwrap(), ["cart"]);
    assert_eq!(last.owner().await.unwrap(), None);
}

#[tokio::test]
async fn a_request_that_first_looks_at_a_dead_id_is_told_so() {
    let mut visitor = Visitor::new(&manager());
    let first = visitor.open();
    first.insert("n", &1_u64).unwrap();
    visitor.close(first).await.result.unwrap();
    let late = visitor.open();
    let login = visitor.open();
    login.sign_in(owner("alice"));
    visitor.close(login).await.result.unwrap();

    assert_eq!(late.get::<u64>("n").await.unwrap(), None);
    let refused = late.update("n", |n: &mut u64| *n += 1).await;
    assert_eq!(refused.unwrap_err().status(), 409);
    late.insert("blind", &1).unwrap();
    let closed = visitor.manager.commit(late.clone(), 200).await;
    assert_eq!((closed.result.is_ok(), closed.headers.set_cookie()), (true, None));
    let now = visitor.open();
    assert_eq!(now.keys().await.unwrap(), ["n"]);
}

#[tokio::test]
async fn update_now_answers_what_the_run_that_counts_answered() {
    let mut visitor = Visitor::new(&manager());
    let first = visitor.open();
    first.insert("tickets", &1_u64).unwrap();
    visitor.close(first).await.result.unwrap();
    let take = |tickets: &mut u64| {
        let is_left = *tickets > 0;
        *tickets -= u64::from(is_left);
        is_left
    };
    let (one, two) = (visitor.open(), visitor.open());
    for session in [&one, &two] {
        assert_eq!(session.get::<u64>("tickets").await.unwrap(), Some(1));
    }
    assert!(one.update_now("tickets", take).await.unwrap());
    assert!(
        !two.update_now("tickets", take).await.unwrap(),
        "the last one was taken meanwhile"
    );
}

#[tokio::test]
async fn of_two_who_take_a_flash_value_now_one_gets_it() {
    let mut visitor = Visitor::new(&manager());
    let first = visitor.open();
    first.flash("notice", "hello").unwrap();
    visitor.close(first).await.result.unwrap();
    let (one, two) = (visitor.open(), visitor.open());
    for session in [&one, &two] {
        assert!(!session.is_new().await.unwrap());
    }
    let taken = one.take_flash_now::<String>("notice").await.unwrap();
    assert_eq!(taken.as_deref(), Some("hello"));
    assert_eq!(two.take_flash_now::<String>("notice").await.unwrap(), None);
}

#[tokio::test]
async fn an_update_that_nobody_interferes_with_runs_once() {
    let manager = manager();
    let mut visitor = Visitor::new(&manager);
    let runs = Arc::new(AtomicU64::new(0));
    let draw = || {
        let runs = Arc::clone(&runs);
        move |token: &mut u64| {
            *token = runs.fetch_add(1, Ordering::Relaxed) + 1;
            *token
        }
    };
    for expected in [1, 2] {
        let session = visitor.open();
        assert_eq!(session.update("token", draw()).await.unwrap(), expected);
        visitor.close(session).await.result.unwrap();
        assert_eq!(
            visitor.open().get("token").await.unwrap(),
            Some(expected),
            "what was answered is what is stored"
        );
    }

    let (one, two) = (visitor.open(), visitor.open());
    assert_eq!(one.update("token", draw()).await.unwrap(), 3);
    assert_eq!(two.update("token", draw()).await.unwrap(), 4);
    visitor.close(two).await.result.unwrap();
    visitor.close(one).await.result.unwrap();
    assert_eq!(
        visitor.open().get("token").await.unwrap(),
        Some(5_u64),
        "it ran again on what the other wrote"
    );
}

#[tokio::test]
async fn an_update_after_a_blind_write_runs_once_too() {
    let mut visitor = Visitor::new(&manager());
    let first = visitor.open();
    first.insert("n", &1_u64).unwrap();
    visitor.close(first).await.result.unwrap();
    let runs = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&runs);
    let session = visitor.open();
    session.insert("n", &10_u64).unwrap();
    let count = move |n: &mut u64| *n += counted.fetch_add(1, Ordering::Relaxed) + 1;
    session.update("n", count).await.unwrap();
    visitor.close(session).await.result.unwrap();
    assert_eq!(visitor.open().get("n").await.unwrap(), Some(11_u64));
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_forwarded_update_that_was_stored_is_no_error_whatever_the_old_session_had_room_for() {
    let keys = SigningKeys::generate().unwrap();
    let manager = SessionManager::builder(MemoryStore::new(), keys)
        .size_limit(64)
        .build()
        .unwrap();
    let mut visitor = Visitor::new(&manager);
    let first = visitor.open();
    first.insert("a", &"x".repeat(40)).unwrap();
    visitor.close(first).await.result.unwrap();

    let late = visitor.open();
    late.update("b", |b: &mut String| *b = "y".repeat(10)).await.unwrap();
    late.remove("a");
    late.update("b", |b: &mut String| *b = "y".repeat(40)).await.unwrap();

    let login = visitor.open();
    login.remove("a");
    login.sign_in(owner("alice"));
    visitor.close(login).await.result.unwrap();

    visitor.manager.commit(late, 200).await.result.unwrap();
    assert_eq!(visitor.open().get::<String>("b").await.unwrap(), Some("y".repeat(40)));
}
