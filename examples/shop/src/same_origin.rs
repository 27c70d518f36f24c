//! Forms that other sites send.

use crate::Reply;

/// What browsers say about where a request comes from (W3C Fetch Metadata). Programs say nothing.
pub const SITE: &str = "sec-fetch-site";

/// The refusal of a form that another site sent; `None` for all else. `site` is the request's header [`SITE`].
///
/// `SameSite=Lax` keeps the session's cookie away from such a form. But it would begin a session without it, whose cookie
/// takes the place of the visitor's: signed out, or signed in as somebody else.
#[must_use]
pub fn refusal(method: &str, site: Option<&[u8]>) -> Option<Reply> {
    let is_foreign = site.is_some_and(|site| site != b"same-origin" && site != b"none");
    (method == "POST" && is_foreign).then(|| Reply::Text(403, "this form is from another site\n".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_forms_are_refused_and_only_those_of_other_sites() {
        for site in ["cross-site", "same-site", "", "Same-Origin"] {
            assert!(refusal("POST", Some(site.as_bytes())).is_some(), "{site}");
            assert_eq!(refusal("GET", Some(site.as_bytes())), None, "{site}");
        }
        for site in [None, Some("same-origin"), Some("none")] {
            assert_eq!(refusal("POST", site.map(str::as_bytes)), None, "{site:?}");
        }
    }
}
