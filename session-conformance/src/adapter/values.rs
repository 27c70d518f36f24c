//! Values that can't be read or kept.

use session_core::Session;

use super::pages;
use super::probe::{Answer, PageFuture};
use super::serve::AnyAdapter;
use super::stage::Stage;
use crate::verdict::promise;

fn write_text(name: &'static str, text: String) -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    move |session| {
        Box::pin(async move {
            session.insert(name, &text)?;
            Ok(Answer::ok())
        })
    }
}

/// As after an upgrade that changed one type.
pub async fn a_value_of_another_type_is_an_error_of_that_key_alone(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(write_text("n", "seven".to_owned())).await;
    browser.visit(pages::write("m", 1)).await;
    let cookie = browser.cookie();
    promise(
        "a value of another type can't be read",
        browser.visit(pages::read("n")).await.status(),
        500,
    );
    promise("nor updated", browser.visit(pages::add_one("n")).await.status(), 500);
    promise("which leaves the cookie alone", browser.cookie(), cookie);
    promise("the other values can be read", browser.reads("m").await.as_str(), "1");
    promise("and updated", browser.visit(pages::add_one("m")).await.status(), 200);
    promise(
        "and it can be written over",
        browser.visit(pages::write("n", 7)).await.status(),
        200,
    );
    promise("with what can be read", browser.reads("n").await.as_str(), "7");
}

/// The old one stays.
pub async fn a_value_that_is_too_large_is_an_error_and_the_old_one_stays(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, |builder| builder.size_limit(1000));
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let response = browser.visit(write_text("n", "x".repeat(1001))).await;
    promise("a session that is too large is a 500", response.status(), 500);
    promise("which trying again does not help", response.all("retry-after"), [""; 0]);
    promise("and sends no cookie", response.set_cookies(), [""; 0]);
    promise("the old value stays", browser.reads("n").await.as_str(), "1");
    promise(
        "what fits is kept",
        browser.visit(write_text("m", "x".repeat(900))).await.status(),
        200,
    );
}

/// Names and values of any language, and nothing of them in a cookie.
pub async fn values_may_be_any_text(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    let text = "Grüße; \u{1f36a}=\"\r\n\0,";
    browser.visit(write_text("naïve name; =", text.to_owned())).await;
    let response = browser
        .visit(|session| async move {
            let kept = session.get::<String>("naïve name; =").await?;
            Ok(Answer::text(kept.unwrap_or_default()))
        })
        .await;
    promise("any text comes back", response.body.as_str(), text);
}
