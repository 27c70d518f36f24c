//! Pages for people, JSON for programs.

/// What the client wants to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A page.
    Page,
    /// JSON.
    Json,
}

impl Format {
    /// What a request with these `Accept` headers wants: JSON only where it is named and a page is not, as browsers always
    /// name pages.
    #[must_use]
    pub fn wanted_by(accepted: &[&str]) -> Self {
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
