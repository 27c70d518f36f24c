//! Pages for people, JSON for programs.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT;
use axum::http::request::Parts;

/// What the client wants to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Page,
    Json,
}

impl<S: Sync> FromRequestParts<S> for Format {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let accepted = parts.headers.get_all(ACCEPT).iter();
        let accepted: Vec<&str> = accepted.filter_map(|list| list.to_str().ok()).collect();
        Ok(Self::wanted_by(&accepted))
    }
}

impl Format {
    /// JSON only where it is named and a page is not, as browsers always name pages.
    fn wanted_by(accepted: &[&str]) -> Self {
        let names = |wanted: &str| {
            let ranges = accepted.iter().flat_map(|list| list.split(','));
            ranges
                .filter_map(|range| range.split(';').next())
                .any(|range| range.trim().eq_ignore_ascii_case(wanted))
        };
        if names("application/json") && !names("text/html") {
            Self::Json
        } else {
            Self::Page
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_for_those_who_name_it_and_no_page() {
        assert_eq!(Format::wanted_by(&["application/json"]), Format::Json);
        assert_eq!(Format::wanted_by(&["text/plain, Application/JSON;q=0.9"]), Format::Json);
        for page in [
            &[][..],
            &["*/*"],
            &["text/html,application/xhtml+xml,*/*;q=0.8"],
            &["text/html", "application/json"],
        ] {
            assert_eq!(Format::wanted_by(page), Format::Page, "{page:?}");
        }
    }
}
