//! Style and pictures.

use rocket::http::Method;
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Response, Route};
use shop::assets::{ALL, Asset};
use shop::headers::ASSET;

#[derive(Clone)]
struct Show(Asset);

pub(crate) fn routes() -> Vec<Route> {
    ALL.map(|asset| Route::new(Method::Get, asset.path, Show(asset))).into()
}

#[rocket::async_trait]
impl Handler for Show {
    async fn handle<'r>(&self, _request: &'r Request<'_>, _data: Data<'r>) -> Outcome<'r> {
        let Self(asset) = self;
        let mut response = Response::new();
        response.set_raw_header("content-type", asset.content_type);
        for (name, value) in ASSET {
            response.set_raw_header(name, value);
        }
        response.set_sized_body(asset.content.len(), std::io::Cursor::new(asset.content));
        Outcome::Success(response)
    }
}
