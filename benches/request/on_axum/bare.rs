//! axum alone, and with a layer that does nothing but what a layer of sessions can hardly do without: it boxes the future,
//! and hands something on to the handler.

use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::{Path, Request};
use axum::routing::get;
use futures_util::future::BoxFuture;
use tower::{Layer, Service};

use super::Site;
use crate::values::FIRST;

pub(crate) async fn site() -> Site {
    Site {
        router: router(),
        cookie: "none",
    }
}

pub(crate) async fn boxed_site() -> Site {
    Site {
        router: router().layer(BoxedLayer),
        cookie: "none",
    }
}

fn router() -> Router {
    Router::new()
        .route("/untouched", get(untouched))
        .route("/read", get(untouched))
        .route("/write", get(untouched))
        .route("/new", get(untouched))
        .route("/sign-in/{name}", get(sign_in))
        .route("/fill/{number}", get(untouched))
}

/// All the others have it too.
pub(crate) async fn untouched() -> String {
    FIRST.to_string()
}

async fn sign_in(Path(name): Path<String>) -> String {
    assert!(!name.is_empty());
    FIRST.to_string()
}

#[derive(Clone)]
struct BoxedLayer;

#[derive(Clone)]
struct Boxed<S>(S);

/// What is handed on.
#[derive(Clone)]
struct Nothing(#[expect(dead_code, reason = "nobody looks at it")] Arc<[u8; 128]>);

impl<S> Layer<S> for BoxedLayer {
    type Service = Boxed<S>;

    fn layer(&self, inner: S) -> Boxed<S> {
        Boxed(inner)
    }
}

impl<S> Service<Request> for Boxed<S>
where
    S: Service<Request> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        request.extensions_mut().insert(Nothing(Arc::new([0; 128])));
        let calling = self.0.call(request);
        Box::pin(calling)
    }
}
