//! A client, without a connection.

use actix_http::Request;
use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{COOKIE, HeaderMap};
use actix_web::test::TestRequest;
use actix_web::{Error, HttpResponse};

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// The values of all headers of this name, each a line of its own.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let values = self.headers.get_all(name);
        values.map(|value| value.to_str().unwrap()).collect()
    }

    /// The names and values of the cookies that are set, as the next request sends them.
    pub(crate) fn cookies(&self) -> String {
        let set = self.all("set-cookie").into_iter();
        let pairs: Vec<_> = set.map(|cookie| cookie.split(';').next().unwrap()).collect();
        pairs.join("; ")
    }
}

/// Asks for a page with these cookies.
pub(crate) async fn ask<S, B>(app: &S, path: &str, cookies: &str) -> Answer
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    send(app, request(path, cookies)).await
}

pub(crate) fn request(path: &str, cookies: &str) -> Request {
    let mut request = TestRequest::with_uri(path);
    if !cookies.is_empty() {
        request = request.insert_header((COOKIE, cookies));
    }
    request.to_request()
}

pub(crate) async fn send<S, B>(app: &S, request: Request) -> Answer
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    match app.call(request).await {
        Ok(response) => read(response.into_parts().1).await,
        Err(error) => read(answer_to(&error)).await,
    }
}

/// What a server answers for an error that nobody has made a response of.
pub(crate) fn answer_to(error: &Error) -> HttpResponse {
    error.error_response()
}

pub(crate) async fn read<B: MessageBody>(response: HttpResponse<B>) -> Answer {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = to_bytes(response.into_body()).await.ok().unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    Answer { status, headers, body }
}
