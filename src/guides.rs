//! The guides of `docs/`, for the sake of their programs: what they show is compiled.

#[doc = include_str!("../docs/coming-from/actix-session.md")]
struct ComingFromActixSession;

#[doc = include_str!("../docs/coming-from/axum_session.md")]
struct ComingFromAxumSession;

#[doc = include_str!("../docs/coming-from/express-session.md")]
struct ComingFromExpressSession;

#[doc = include_str!("../docs/coming-from/php.md")]
struct ComingFromPhp;

#[doc = include_str!("../docs/coming-from/rocket_flex_session.md")]
struct ComingFromRocketFlexSession;

#[doc = include_str!("../docs/coming-from/tower-sessions.md")]
struct ComingFromTowerSessions;

#[doc = include_str!("../docs/bring-your-own-framework.md")]
struct BringYourOwnFramework;

#[cfg(all(feature = "express", feature = "mongo"))]
#[doc = include_str!("../docs/sharing-with-express.md")]
struct SharingWithExpress;
