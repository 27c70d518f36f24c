//! What no route answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use rocket::http::{Method, Status};
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Response, Route};
use session_kit::rocket::Session;

use crate::format::Wanted;
use crate::routes::not_found;

/// HEAD is not among them: Rocket looks for a route of GET then.
const METHODS: [Method; 8] = [
    Method::Get,
    Method::Put,
    Method::Post,
    Method::Delete,
    Method::Options,
    Method::Trace,
    Method::Connect,
    Method::Patch,
];

/// Answers with 405 where a route has the path and another method, as Rocket would with 404, and with the page that there
/// is nothing. It is a route and no catcher, for a catcher that can't read the session answers with 500.
#[derive(Clone)]
struct Fallback {
    /// What each path allows, in the words of `Allow`.
    allowed: Arc<BTreeMap<String, String>>,
}

pub(crate) fn fallback<'a>(routes: impl Iterator<Item = &'a Route>) -> Vec<Route> {
    let mut allowed: BTreeMap<_, String> = BTreeMap::new();
    for route in routes {
        let methods = allowed.entry(route.uri.path().to_owned()).or_default();
        if !methods.is_empty() {
            methods.push(',');
        }
        methods.push_str(if route.method == Method::Get {
            "GET,HEAD"
        } else {
            route.method.as_str()
        });
    }
    let fallback = Fallback {
        allowed: Arc::new(allowed),
    };
    METHODS
        .map(|method| Route::new(method, "/<path..>", fallback.clone()))
        .into()
}

#[rocket::async_trait]
impl Handler for Fallback {
    async fn handle<'r>(&self, request: &'r Request<'_>, _data: Data<'r>) -> Outcome<'r> {
        if let Some(methods) = self.allowed.get(request.uri().path().as_str()) {
            let mut response = Response::new();
            response.set_status(Status::MethodNotAllowed);
            response.set_raw_header("allow", methods.clone());
            return Outcome::Success(response);
        }
        match request.guard::<Session>().await.succeeded() {
            Some(session) => Outcome::from(request, not_found(session, Wanted::by(request)).await),
            None => Outcome::Error(Status::InternalServerError),
        }
    }
}
