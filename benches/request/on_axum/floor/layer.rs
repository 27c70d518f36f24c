//! The layer, whose future is not boxed.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::extract::Request;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::response::Response;
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use super::session::Session;
use super::store::Store;

#[derive(Clone)]
pub(super) struct FloorLayer(pub(super) Arc<Store>);

#[derive(Clone)]
pub(super) struct Floor<S> {
    inner: S,
    store: Arc<Store>,
}

pin_project! {
    pub(super) struct Answering<F> {
        #[pin]
        inner: F,
        session: Session,
    }
}

impl<S> Layer<S> for FloorLayer {
    type Service = Floor<S>;

    fn layer(&self, inner: S) -> Floor<S> {
        let store = Arc::clone(&self.0);
        Floor { inner, store }
    }
}

impl<S: Service<Request, Response = Response, Error = Infallible>> Service<Request> for Floor<S> {
    type Response = Response;
    type Error = Infallible;
    type Future = Answering<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let session = Session::new(&self.store, request.headers().get(COOKIE).cloned());
        request.extensions_mut().insert(session.clone());
        let inner = self.inner.call(request);
        Answering { inner, session }
    }
}

impl<F: Future<Output = Result<Response, Infallible>>> Future for Answering<F> {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = ready!(this.inner.poll(context))?;
        if let Some(line) = this.session.commit() {
            response.headers_mut().append(SET_COOKIE, line.try_into().unwrap());
        }
        Poll::Ready(Ok(response))
    }
}
