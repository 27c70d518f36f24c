//! What responses have in common. Names are in lower case.

/// What every page has, whichever handler made it: styles and pictures from here, forms to here, no script, no frame
/// around it. They take the place of others of their name.
pub const PAGE: [(&str, &str); 3] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'",
    ),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
];

/// The header that every page has beside others of its name: it depends on what the client accepts.
pub const VARY: (&str, &str) = ("vary", "Accept");

/// What every asset has beside its content type. Browsers keep it for a year, for its address changes when it does.
pub const ASSET: [(&str, &str); 2] = [
    ("cache-control", "public, max-age=31536000, immutable"),
    ("x-content-type-options", "nosniff"),
];

/// The page of a 503, as `text/html; charset=utf-8`: an adapter's refusal has no body, for it knows nothing of pages.
pub const OUTAGE: &str = include_str!("../templates/outage.html");
