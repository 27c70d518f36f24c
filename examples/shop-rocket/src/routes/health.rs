//! `/healthz`: whether the process answers.

use rocket::get;

#[get("/healthz")]
pub(crate) fn show() -> &'static str {
    "ok\n"
}
