//! Bodies that go on after the head, and handles that outlive the response.

use session_core::{Error, Session};
use tokio::sync::oneshot;

use super::browser::Browser;
use super::exchange::Exchange;
use super::gate::Gate;
use super::pages;
use super::probe::{Answer, AnswerBody, BodySender};
use super::serve::AnyAdapter;
use super::stage::Stage;
use crate::verdict::{in_time, kept, promise, promise_that};

/// A response whose head is here, with the handle and the body's other end in the hands of the case.
struct Open {
    exchange: Exchange,
    session: Session,
    body: BodySender,
}

/// Begins a response with a body that the case goes on with.
async fn open(browser: &Browser) -> Open {
    let (hand_over, handed) = oneshot::channel();
    let exchange = browser
        .begin(move |session| async move {
            session.update("n", |number: &mut u64| *number += 1).await?;
            let (sender, body) = AnswerBody::channel();
            sender.send("begun, ");
            hand_over.send((session, sender)).unwrap_or_default();
            Ok(Answer::streamed(body))
        })
        .await;
    let (session, body) = kept("a handler can keep its session", handed.await);
    Open {
        exchange,
        session,
        body,
    }
}

async fn visitor(stage: &Stage) -> Browser {
    let browser = stage.browser();
    browser.visit(pages::write("n", 0)).await;
    browser
}

/// Piece by piece, as it comes, with the session stored before the first.
pub async fn a_body_streams_after_its_session_is_stored(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    let Open {
        mut exchange,
        session,
        body,
    } = open(&browser).await;
    promise("the head is the handler's", exchange.head.status, 200);
    promise_that(
        "with the cookie of a new session",
        browser.cookie().is_some(),
        &exchange.head,
    );
    let first = kept("the body begins", in_time("the body begins", exchange.next()).await);
    promise(
        "its first piece does not wait for the rest",
        first.as_deref(),
        Some(b"begun, ".as_slice()),
    );
    promise("the session is stored by then", browser.reads("n").await.as_str(), "1");
    body.send("ended");
    drop((body, session));
    let rest = kept("the body ends", exchange.finish().await);
    promise("the body comes whole", rest.body.as_str(), "ended");
}

/// For work that goes on in the background, streams and WebSockets.
pub async fn a_handle_that_is_kept_can_save_after_the_response(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = visitor(&stage).await;
    let Open {
        exchange,
        session,
        body,
    } = open(&browser).await;
    kept("a value is recorded", session.insert("m", &5));
    promise(
        "what is recorded later is not stored by itself",
        browser.reads("m").await.as_str(),
        "none",
    );
    kept("but by `save`", session.save().await);
    promise("it is", browser.reads("m").await.as_str(), "5");
    drop(body);
    kept("the body ends", exchange.finish().await);
    kept(
        "an update is recorded",
        session.update("m", |number: &mut u64| *number += 1).await,
    );
    kept("and saved after the body too", session.save().await);
    promise("it is stored", browser.reads("m").await.as_str(), "6");
}

/// The browser keeps a cookie that leads nowhere.
pub async fn a_handle_that_is_kept_can_end_its_session(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = visitor(&stage).await;
    let Open { session, .. } = open(&browser).await;
    session.destroy();
    kept("a session can end after the head", session.save().await);
    promise("it has ended", browser.reads("n").await.as_str(), "none");
}

/// Its owner has signed out meanwhile.
pub async fn a_handle_that_is_kept_learns_that_its_session_is_gone(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = visitor(&stage).await;
    let before = browser.copied();
    let Open { session, .. } = open(&browser).await;
    browser.visit(pages::destroy()).await;
    kept("a value is recorded", session.insert("m", &5));
    let saved = session.save().await;
    promise_that(
        "`save` on an ended session says so",
        matches!(saved, Err(Error::Gone)),
        &saved,
    );
    promise("and nothing is back", before.reads("m").await.as_str(), "none");
}

/// No cookie can be sent any more, so a new id would lock the visitor out.
pub async fn a_handle_that_is_kept_can_not_get_a_new_id(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = visitor(&stage).await;
    for rotate in [Session::regenerate, |session: &Session| {
        session.sign_in(pages::owner("alice"))
    }] {
        let Open { session, .. } = open(&browser).await;
        rotate(&session);
        let saved = session.save().await;
        promise_that(
            "a rotation after the head is refused",
            matches!(saved, Err(Error::HeadSent)),
            &saved,
        );
    }
    let (hand_over, handed) = oneshot::channel();
    let newcomer = stage.browser();
    newcomer
        .visit(move |session| async move {
            hand_over.send(session).unwrap_or_default();
            Ok(Answer::ok())
        })
        .await;
    let session = kept("a handler can keep its session", handed.await);
    kept("a value is recorded", session.insert("m", &5));
    let saved = session.save().await;
    promise_that("so is a first value", matches!(saved, Err(Error::HeadSent)), &saved);
    promise(
        "the visitor's session is as it was",
        browser.reads("n").await.as_str(),
        "2",
    );
    promise(
        "nobody is signed in",
        browser.visit(pages::who()).await.body.as_str(),
        "nobody",
    );
}

/// What a commit refused is told to the client, so it must not happen after all.
pub async fn what_a_failed_commit_dropped_is_not_stored_later(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = visitor(&stage).await;
    let (hand_over, handed) = oneshot::channel();
    stage.outage.when(crate::operation::Operation::is_write);
    let response = browser
        .visit(move |session| async move {
            session.insert("n", &9)?;
            hand_over.send(session).unwrap_or_default();
            Ok(Answer::ok())
        })
        .await;
    stage.outage.nothing();
    promise("the commit failed", response.status(), 503);
    let session = kept("a handler can keep its session", handed.await);
    kept("there is nothing left to save", session.save().await);
    promise(
        "what the client was refused is not stored later",
        browser.reads("n").await.as_str(),
        "0",
    );
}

/// Others see it before the response is there.
pub async fn save_stores_in_the_middle_of_a_handler(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = visitor(&stage).await;
    let gate = Gate::new();
    let at_gate = gate.clone();
    let visit = browser.start(move |session| async move {
        session.insert("m", &1)?;
        session.save().await?;
        at_gate.pass().await;
        session.update("m", |number: &mut u64| *number += 1).await?;
        Ok(Answer::ok())
    });
    gate.reached().await;
    promise("what was saved is stored", browser.reads("m").await.as_str(), "1");
    gate.open();
    promise("the handler goes on", visit.end().await.status(), 200);
    promise("and so does its session", browser.reads("m").await.as_str(), "2");
}

/// A handler can find out that its visitor has signed out, and its response still stands.
pub async fn save_tells_a_handler_that_its_session_is_gone(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = visitor(&stage).await;
    let gate = Gate::new();
    let at_gate = gate.clone();
    let visit = browser.start(move |session| async move {
        session.update("n", |number: &mut u64| *number += 1).await?;
        at_gate.pass().await;
        let saved = session.save().await;
        Ok(Answer::text(if matches!(saved, Err(Error::Gone)) {
            "gone"
        } else {
            "saved"
        }))
    });
    gate.reached().await;
    browser.visit(pages::destroy()).await;
    gate.open();
    let response = visit.end().await;
    promise("save tells that the session is gone", response.body.as_str(), "gone");
    promise("and no cookie is sent", response.set_cookies(), [""; 0]);
}
