//! What every page's response has, whichever handler made it.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{ContentType, Status};
use rocket::{Request, Response};
use shop::headers::{OUTAGE, PAGE, VARY};

/// Is attached after the sessions' fairing, whose failures it fills. It sees all responses, and finishes those to pages.
pub(crate) struct FinishPages {
    /// What is no page.
    pub(crate) others: Vec<String>,
}

#[rocket::async_trait]
impl Fairing for FinishPages {
    fn info(&self) -> Info {
        Info {
            name: "Headers of pages",
            kind: Kind::Response,
        }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        if self.others.iter().any(|path| request.uri().path() == path.as_str()) {
            return;
        }
        if response.status() == Status::ServiceUnavailable {
            // The session layer's refusal has no body.
            response.set_header(ContentType::HTML);
            response.set_sized_body(OUTAGE.len(), std::io::Cursor::new(OUTAGE));
        }
        response.adjoin_raw_header(VARY.0, VARY.1);
        for (name, value) in PAGE {
            response.set_raw_header(name, value);
        }
    }
}
