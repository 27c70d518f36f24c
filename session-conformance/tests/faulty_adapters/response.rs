//! What a response says of its session.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER, SET_COOKIE, VARY};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use session_core::{Error, ResponseHeaders};

use super::fault::Fault;

/// The response in place of one that says what has not happened.
pub(crate) fn refuse(error: &Error, fault: Option<Fault>) -> Response {
    let is = |planted| fault == Some(planted);
    let status = if is(Fault::AnswersErrorsWithA500) {
        500
    } else {
        error.status()
    };
    let mut response = StatusCode::from_u16(status).unwrap().into_response();
    if let Some(seconds) = error.retry_after()
        && !is(Fault::ForgetsRetryAfter)
    {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    if !is(Fault::RefusesWithoutCacheControl) {
        response
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if is(Fault::TellsErrors) {
        *response.body_mut() = Body::from(error.to_string());
    }
    response
}

/// Adds what the commit came to.
pub(crate) fn add(
    headers: &ResponseHeaders,
    response: &mut Response,
    came: &[Vec<u8>],
    has_failed: bool,
    fault: Option<Fault>,
) {
    let is = |planted| fault == Some(planted);
    let is_server_error = response.status().is_server_error();
    add_cache_rules(headers, response, fault);
    let mut set_cookie = headers.set_cookie().map(str::to_owned);
    if is(Fault::RemovesWithoutAttributes) || is(Fault::RemovesWithoutSecure) {
        set_cookie = set_cookie.map(|cookie| shorten_removal(cookie, fault));
    }
    let is_dropped = (is(Fault::DropsTheCookieOfAFailedCommit) && has_failed)
        || (is(Fault::DropsTheCookieOfAFailure) && is_server_error);
    set_cookie = set_cookie.filter(|_| !is_dropped);
    if is(Fault::ResendsTheCookie) && set_cookie.is_none() {
        set_cookie = came
            .first()
            .map(|cookie| format!("{}; Path=/; Secure", String::from_utf8_lossy(cookie)));
    }
    if is(Fault::RemovesTheCookieOnErrors) && response.status() == 503 {
        set_cookie = Some("__Host-session=; Max-Age=0; Path=/; Secure".to_owned());
    }
    if let Some((name, value)) = headers.own_header().filter(|_| !is(Fault::SetsCookiesOnly)) {
        let name = HeaderName::try_from(name).unwrap();
        response
            .headers_mut()
            .append(name, HeaderValue::try_from(value).unwrap());
    }
    let Some(Ok(value)) = set_cookie.map(HeaderValue::try_from) else {
        return;
    };
    if is(Fault::ReplacesCookies) {
        response.headers_mut().insert(SET_COOKIE, value);
        return;
    }
    if is(Fault::SendsTheCookieTwice) {
        response.headers_mut().append(SET_COOKIE, value.clone());
    }
    response.headers_mut().append(SET_COOKIE, value);
}

fn add_cache_rules(headers: &ResponseHeaders, response: &mut Response, fault: Option<Fault>) {
    let is = |planted| fault == Some(planted);
    let always = is(Fault::MarksUntouched);
    let to = response.headers_mut();
    if let Some(vary) = headers.vary().or(always.then_some("Cookie")) {
        let vary = if is(Fault::VariesByCookiesAlone) {
            "Cookie"
        } else {
            vary
        };
        let members = to.get_all(VARY).iter().filter_map(|value| value.to_str().ok());
        let is_named = members
            .flat_map(|list| list.split(','))
            .any(|member| member.trim() == "*" || member.trim().eq_ignore_ascii_case(vary));
        let value = HeaderValue::try_from(vary).unwrap();
        if is(Fault::OverwritesVary) {
            to.insert(VARY, value);
        } else if (!is_named || is(Fault::RepeatsVary)) && !is(Fault::ForgetsVary) {
            to.append(VARY, value);
        }
    }
    if let Some(rule) = headers.cache_control().or(always.then_some("no-store")) {
        let value = HeaderValue::from_static(rule);
        if is(Fault::OverwritesCacheControl) {
            to.insert(CACHE_CONTROL, value);
        } else if is(Fault::AddsCacheControl) {
            to.append(CACHE_CONTROL, value);
        } else if !is(Fault::RefusesWithoutCacheControl) {
            to.entry(CACHE_CONTROL).or_insert(value);
        }
    }
}

fn shorten_removal(cookie: String, fault: Option<Fault>) -> String {
    if !cookie.contains("Max-Age=0;") {
        cookie
    } else if fault == Some(Fault::RemovesWithoutSecure) {
        cookie.replace("; Secure", "")
    } else {
        cookie.split_inclusive("Max-Age=0").take(1).collect()
    }
}
