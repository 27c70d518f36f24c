//! Values for the next page.

use session_core::Session;

use super::gate::Gate;
use super::pages;
use super::probe::{Answer, PageFuture};
use super::serve::AnyAdapter;
use super::stage::Stage;
use crate::verdict::promise;

fn flash() -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    |session| {
        Box::pin(async move {
            session.flash("note", "saved")?;
            Ok(Answer::ok().status(303).header("location", "/"))
        })
    }
}

fn take() -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    |session| {
        Box::pin(async move {
            let note = session.take_flash::<String>("note").await?;
            Ok(Answer::text(note.unwrap_or_else(|| "none".to_owned())))
        })
    }
}

/// However many pages come in between, and then it is gone.
pub async fn a_flash_value_stays_until_it_is_taken(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    promise(
        "a redirect keeps its status",
        browser.visit(flash()).await.status(),
        303,
    );
    browser.visit(pages::nothing()).await;
    browser.visit(pages::read("n")).await;
    promise(
        "a value of the same name is another",
        browser.reads("note").await.as_str(),
        "none",
    );
    promise(
        "a flash value stays until it is taken",
        browser.visit(take()).await.body.as_str(),
        "saved",
    );
    promise("and no longer", browser.visit(take()).await.body.as_str(), "none");
}

/// A page that fails has not shown it.
pub async fn a_page_that_fails_takes_no_flash_value(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(flash()).await;
    let failed = browser
        .visit(|session| async move { Ok(take()(session).await?.status(500)) })
        .await;
    promise("the page fails", failed.status(), 500);
    promise(
        "the value is there for the next",
        browser.visit(take()).await.body.as_str(),
        "saved",
    );
}

/// Of ten pages at once one gets it.
pub async fn take_flash_now_has_one_winner(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(flash()).await;
    let mut visits = Vec::new();
    for _ in 0..10 {
        let gate = Gate::new();
        let at_gate = gate.clone();
        let visit = browser.start(move |session| async move {
            session.is_new().await?;
            at_gate.pass().await;
            let note = session.take_flash_now::<String>("note").await?;
            Ok(Answer::text(note.unwrap_or_else(|| "none".to_owned())))
        });
        visits.push((visit, gate));
    }
    for (_, gate) in &visits {
        gate.reached().await;
    }
    let mut winners = 0;
    for (_, gate) in &visits {
        gate.open();
    }
    for (visit, _) in visits {
        winners += usize::from(visit.end().await.body == "saved");
    }
    promise("of ten pages at once one takes the value", winners, 1);
}
