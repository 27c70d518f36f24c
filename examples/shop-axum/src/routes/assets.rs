//! Style and pictures.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::AppendHeaders;
use axum::routing::get;
use shop::assets::ALL;
use shop::headers::ASSET;

pub(crate) fn router() -> Router {
    ALL.into_iter().fold(Router::new(), |router, asset| {
        let content_type = [(CONTENT_TYPE, asset.content_type)];
        router.route(
            asset.path,
            get(async move || (content_type, AppendHeaders(ASSET), asset.content)),
        )
    })
}
