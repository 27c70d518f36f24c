//! Style and pictures, which browsers keep for a year: their addresses change when they do.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::routing::get;

use crate::shop::assets::ALL;

pub(crate) fn router() -> Router {
    ALL.into_iter().fold(Router::new(), |router, asset| {
        let headers = [
            (CONTENT_TYPE, asset.content_type),
            (CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        router.route(asset.path, get(async move || (headers, asset.content)))
    })
}
