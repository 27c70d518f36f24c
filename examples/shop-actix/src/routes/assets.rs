//! Style and pictures.

use std::future::ready;

use actix_web::HttpResponse;
use actix_web::web::ServiceConfig;
use shop::assets::{ALL, Asset};
use shop::headers::ASSET;

use crate::app::page;

pub(crate) fn config(config: &mut ServiceConfig) {
    for asset in ALL {
        config.service(page(asset.path, move || ready(show(asset))));
    }
}

fn show(asset: Asset) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.content_type(asset.content_type);
    for header in ASSET {
        response.append_header(header);
    }
    response.body(asset.content)
}
