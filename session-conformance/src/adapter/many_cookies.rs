//! Cookie headers as they come from the wild.

use super::browser::Browser;
use super::exchange::Header;
use super::pages;
use super::serve::AnyAdapter;
use super::stage::Stage;
use crate::verdict::{promise, promise_that};

/// A page with these headers finds the session.
async fn finds(stage: &Stage, promised: &str, headers: Vec<Header>) {
    let response = stage.browser().visit_with(headers, pages::read("n")).await;
    promise(promised, (response.status(), response.body.as_str()), (200, "1"));
}

/// A stage with one session, and the value of its cookie.
async fn with_a_session(adapter: &AnyAdapter) -> (Stage, Browser, String) {
    let stage = Stage::new(adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let value = browser.cookie_value();
    (stage, browser, value)
}

fn cookie(text: impl Into<Vec<u8>>) -> Header {
    ("cookie", text.into())
}

/// A sibling site or path can plant cookies of the same name, and their order means nothing.
pub async fn a_forged_cookie_in_front_hides_nothing(adapter: AnyAdapter) {
    let (stage, _, value) = with_a_session(&adapter).await;
    let name = "__Host-session";
    let forged = value.chars().rev().collect::<String>();
    for text in [
        format!("{name}={forged}; {name}={value}"),
        format!("{name}=; {name}={value}"),
        format!("{name}={value}; {name}={forged}"),
        format!("{name}={forged}; theme=dark; {name}=x.y; {name}={value}; lang=de"),
    ] {
        finds(&stage, "every cookie of the name is tried", vec![cookie(text)]).await;
    }
}

/// HTTP/2 clients send one header for each cookie, and some servers hand them on so.
pub async fn every_cookie_header_is_read(adapter: AnyAdapter) {
    let (stage, _, value) = with_a_session(&adapter).await;
    let ours = format!("__Host-session={value}");
    let promised = "the session is found in whichever header it is";
    finds(&stage, promised, vec![cookie("theme=dark"), cookie(ours.clone())]).await;
    finds(&stage, promised, vec![cookie(ours.clone()), cookie("theme=dark")]).await;
    let forged = cookie("__Host-session=forged.forged");
    finds(&stage, promised, vec![forged, cookie("lang=de"), cookie(ours)]).await;
}

/// As other servers and proxies rewrite them.
pub async fn quotes_and_odd_white_space_do_not_matter(adapter: AnyAdapter) {
    let (stage, _, value) = with_a_session(&adapter).await;
    let name = "__Host-session";
    for text in [
        format!("{name}=\"{value}\""),
        format!("a=1;{name}={value};b=2"),
        format!(";; ;{name} = {value} ;"),
        format!("a=1;\t{name}={value}"),
        format!("novalue; {name}={value}"),
    ] {
        finds(&stage, "quotes and white space do not matter", vec![cookie(text)]).await;
    }
}

/// Whatever comes, the server answers, finds no session in it, and lives on.
pub async fn garbage_cookies_are_no_session_and_no_error(adapter: AnyAdapter) {
    let (stage, browser, value) = with_a_session(&adapter).await;
    let name = "__Host-session";
    let bad: [Vec<u8>; 8] = [
        b"=".to_vec(),
        b";;;;===;;".to_vec(),
        name.as_bytes().to_vec(),
        format!("{name}=%00%ff.%00").into_bytes(),
        format!("{name}={value}{value}").into_bytes(),
        format!("{name}=\"{value}").into_bytes(),
        [name.as_bytes(), b"=\xff\xfe\x80.\xff"].concat(),
        [b"\xc3\xa4=\xf0\x9f\x8d\xaa; ".as_slice(), name.as_bytes(), b"=\xe4"].concat(),
    ];
    for bytes in bad {
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        let response = stage.browser().visit_with(vec![cookie(bytes)], pages::read("n")).await;
        promise_that(
            "garbage is no session and no server error",
            response.status() < 500 && response.body != "1",
            (shown, response.status()),
        );
    }
    promise("the server lives on", browser.reads("n").await.as_str(), "1");
}

/// Letters of other languages, and bytes that are no text at all, around a good cookie.
pub async fn bytes_beyond_ascii_hide_nothing(adapter: AnyAdapter) {
    let (stage, _, value) = with_a_session(&adapter).await;
    let ours = format!("__Host-session={value}");
    let text = format!("name=J\u{fc}rgen; {ours}; \u{1f36a}=\u{e4}");
    finds(&stage, "another cookie may hold any letters", vec![cookie(text)]).await;
    let bytes = [b"name=J\xfcrgen; ".as_slice(), ours.as_bytes(), b"; \xff=\xfe"].concat();
    if adapter.hands_on_any_bytes() {
        finds(&stage, "another cookie may hold any bytes", vec![cookie(bytes)]).await;
    } else {
        is_dropped(&stage, cookie(bytes), cookie(ours)).await;
    }
}

/// Where the framework says that it drops `header`, the visitor has no session by it, and others are read as ever.
async fn is_dropped(stage: &Stage, header: Header, good: Header) {
    let response = stage.browser().visit_with(vec![header.clone()], pages::read("n")).await;
    promise(
        "a header that the framework drops is no session and no error",
        (response.status(), response.body.as_str(), response.set_cookies()),
        (200, "none", Vec::new()),
    );
    let promised = "a header that is dropped hides no other";
    finds(stage, promised, vec![header.clone(), good.clone()]).await;
    finds(stage, promised, vec![good, header]).await;
}

/// A server may refuse so much with a 4xx, but neither fail nor take long.
pub async fn sixty_four_kibibytes_of_cookies_do_no_harm(adapter: AnyAdapter) {
    let (stage, browser, value) = with_a_session(&adapter).await;
    let large = format!("junk={}; __Host-session={value}", "x".repeat(64 * 1024));
    let response = stage.browser().visit_with(vec![cookie(large)], pages::read("n")).await;
    promise_that(
        "a 64 KiB header is read or refused",
        response.body == "1" || (400..500).contains(&response.status()),
        (response.status(), response.body),
    );
    promise("the server lives on", browser.reads("n").await.as_str(), "1");
}

/// Each of them is forged but the last.
pub async fn a_thousand_cookies_of_our_name_do_no_harm(adapter: AnyAdapter) {
    let (stage, browser, value) = with_a_session(&adapter).await;
    let forged = "__Host-session=AAAAAAAA.AAAAAAAA; ".repeat(1000);
    let headers = vec![cookie(format!("{forged}__Host-session={value}"))];
    stage.counts.reset();
    let response = stage.browser().visit_with(headers, pages::read("n")).await;
    promise_that(
        "of a thousand cookies the good one is found, or the header is refused",
        response.body == "1" || (400..500).contains(&response.status()),
        (response.status(), response.body),
    );
    promise_that(
        "no forged one reaches the store",
        stage.counts.total() <= 1,
        stage.counts.all(),
    );
    promise("the server lives on", browser.reads("n").await.as_str(), "1");
}
