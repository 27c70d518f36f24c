//! Sessions that travel in a header of their own.

use session_core::{CookieSettings, Session, SessionManagerBuilder};

use super::browser::Browser;
use super::pages;
use super::probe::PageFuture;
use super::response::Response;
use super::serve::AnyAdapter;
use super::stage::Stage;
use crate::verdict::{promise, promise_that};

const NAME: &str = "x-session";

fn in_a_header(builder: SessionManagerBuilder) -> SessionManagerBuilder {
    builder.header("X-Session")
}

/// A program that keeps no cookies, and sends what it was told.
async fn send<P>(browser: &Browser, values: &[&str], page: P) -> Response
where
    P: FnOnce(Session) -> PageFuture + Send + 'static,
{
    let headers = values.iter().map(|value| (NAME, value.as_bytes().to_vec()));
    let response = browser.visit_with(headers.collect(), page).await;
    promise("no cookie is ever sent", response.set_cookies(), [""; 0]);
    response
}

/// What a response says of the id: one value or none.
fn told(response: &Response) -> Option<String> {
    let told = response.all(NAME);
    promise_that("a response has the header once at most", told.len() < 2, &told);
    told.first().map(|&value| value.to_owned())
}

/// From the first write to the end, with nothing but the header.
pub async fn a_session_lives_in_a_header(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, in_a_header);
    let program = stage.browser();
    let looked = send(&program, &[], pages::read("n")).await;
    promise("whoever only looks is told nothing", told(&looked), None);
    let wrote = send(&program, &[], pages::write("n", 1)).await;
    let first = told(&wrote).unwrap_or_default();
    promise_that("the first write tells the id", !first.is_empty(), &first);
    let read = send(&program, &[&first], pages::read("n")).await;
    promise("and the value comes back", read.body.as_str(), "1");
    promise("which is told once", told(&read), None);
    let signed_in = send(&program, &[&first], pages::sign_in("alice")).await;
    let second = told(&signed_in).unwrap_or_default();
    promise_that(
        "a sign-in tells another id",
        !second.is_empty() && second != first,
        &second,
    );
    let old = send(&program, &[&first], pages::who()).await;
    promise("the old one is nobody's", old.body.as_str(), "nobody");
    let ended = send(&program, &[&second], pages::destroy()).await;
    promise("an end is told by an empty value", told(&ended).as_deref(), Some(""));
    let after = send(&program, &[&second], pages::who()).await;
    promise("after which there is nobody", after.body.as_str(), "nobody");
}

/// Nobody takes one for the other.
pub async fn a_cookie_is_no_header_and_a_header_no_cookie(adapter: AnyAdapter) {
    let named_alike = CookieSettings::new().name(NAME);
    let pages_of_browsers = Stage::with(&adapter, move |builder| builder.cookie(named_alike));
    let programs = pages_of_browsers.another().with(in_a_header).serve();
    let browser = pages_of_browsers.browser();
    browser.visit(pages::write("n", 1)).await;
    let cookie = browser.cookie_value();
    let moved = browser.moved_to(&programs);
    promise(
        "a cookie is no session where there is a header",
        send(&moved, &[], pages::read("n")).await.body.as_str(),
        "none",
    );
    promise(
        "nor is its value in the header",
        send(&moved, &[&cookie], pages::read("n")).await.body.as_str(),
        "none",
    );
    let wrote = send(&programs.browser(), &[], pages::write("n", 2)).await;
    let value = told(&wrote).unwrap_or_default();
    promise_that("the first write tells the id", !value.is_empty(), &value);
    let cookies = || vec![("cookie", format!("x-session={value}").into_bytes())];
    for stage in [&pages_of_browsers, &programs] {
        let read = stage.browser().visit_with(cookies(), pages::read("n")).await;
        promise("a header's value is no cookie", read.body.as_str(), "none");
    }
    let headers = vec![(NAME, value.into_bytes())];
    let read = pages_of_browsers.browser().visit_with(headers, pages::read("n")).await;
    promise(
        "nor is the header heard where there are cookies",
        read.body.as_str(),
        "none",
    );
}

/// It depends on the header, and on no cookie.
pub async fn caches_are_told_of_the_header(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, in_a_header);
    let program = stage.browser();
    let untouched = send(&program, &["anything"], pages::nothing()).await;
    promise_that(
        "a response without a session varies by nothing",
        !untouched.members("vary").contains(&NAME.to_owned()),
        &untouched.head,
    );
    let wrote = send(&program, &[], pages::write("n", 1)).await;
    let value = told(&wrote).unwrap_or_default();
    let read = send(&program, &[&value], pages::read("n")).await;
    for response in [wrote, read] {
        let vary = response.members("vary");
        promise_that(
            "the response varies by the header",
            vary.contains(&NAME.to_owned()),
            &vary,
        );
        promise_that("and not by cookies", !vary.contains(&"cookie".to_owned()), &vary);
        promise_that(
            "and no cache keeps it",
            response.members("cache-control").contains(&"no-store".to_owned()),
            &response.head,
        );
    }
}

/// Neither an error nor anybody's session, and no call to the store.
pub async fn what_is_not_ours_in_a_header_is_no_session(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, in_a_header);
    let program = stage.browser();
    let wrote = send(&program, &[], pages::write("n", 1)).await;
    let value = told(&wrote).unwrap_or_default();
    let (id, signature) = value.split_once('.').unwrap_or_default();
    stage.counts.reset();
    for planted in [
        String::new(),
        id.to_owned(),
        format!("{id}."),
        format!("{signature}.{id}"),
        format!("Bearer {value}"),
        format!("{value}, {value}"),
        "a".repeat(4096),
    ] {
        let read = send(&program, &[&planted], pages::read("n")).await;
        promise("it is no session", (read.status(), read.body.as_str()), (200, "none"));
    }
    promise("and never reaches the store", stage.counts.total(), 0);
    let found = send(&program, &["forged.forged", &value], pages::read("n")).await;
    promise("one that is ours is found beside others", found.body.as_str(), "1");
}
