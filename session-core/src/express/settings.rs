//! The settings of the Express app that matter to whoever shares its sessions.

use std::time::Duration;

use super::owner_member::OwnerMember;
use super::secrets::ExpressSecrets;
use super::store::ExpressHabits;
use crate::error::ConfigError;
use crate::expiry::{Expiry, LONGEST};

/// What the Express app is set to, beside its cookie, which is in [`CookieSettings`](crate::CookieSettings).
///
/// ```
/// use session_core::{ExpressSecrets, ExpressSettings};
/// use std::time::Duration;
///
/// let settings = ExpressSettings::new(ExpressSecrets::new(["keyboard cat"])?)
///     .max_age(Duration::from_secs(3600))
///     .owner_member("user.email");
/// # Ok::<(), session_core::InvalidExpressSecrets>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ExpressSettings {
    pub(crate) secrets: ExpressSecrets,
    pub(super) cookie_name: String,
    max_age: Option<Duration>,
    owner_member: String,
}

impl ExpressSettings {
    /// Those of an app with these secrets, which has set nothing else.
    pub fn new(secrets: ExpressSecrets) -> Self {
        Self {
            secrets,
            cookie_name: "connect.sid".to_owned(),
            max_age: None,
            owner_member: "owner".to_owned(),
        }
    }

    /// `name`: what its cookie is called, for a manager that [takes its sessions
    /// over](crate::SessionManagerBuilder::taking_over_from_express). Default `connect.sid`. Where sessions are shared, the name is
    /// that of the manager's own [cookie](crate::SessionManagerBuilder::cookie).
    pub fn cookie_name(mut self, name: impl Into<String>) -> Self {
        self.cookie_name = name.into();
        self
    }

    /// `cookie.maxAge`: how long a new session lives from its last use on, 1 second to 400 days. Default: unset, as there.
    /// The browser then forgets the cookie when it closes, and the store's package says how long the session lives. A
    /// session that is stored keeps what it has.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// Where the app keeps who is signed in: a member of the session, or the way to one, such as `user.email` or
    /// `passport.user`. Default `owner`.
    ///
    /// [`Session::sign_in`](crate::Session::sign_in) writes this member, and [`Session::owner`](crate::Session::owner) reads
    /// it, whoever wrote it. So a visitor who signed in there is signed in here. It is a value like others, too: a handler that
    /// removes or replaces it, or [clears](crate::Session::clear) all, signs out or in as it does there, under the same id.
    pub fn owner_member(mut self, way: impl Into<String>) -> Self {
        self.owner_member = way.into();
        self
    }

    pub(crate) fn expiry(&self, habits: ExpressHabits) -> Result<Expiry, ConfigError> {
        let expiry = match self.max_age {
            Some(max_age) => Expiry::new().idle(max_age),
            None => Expiry::new().idle(habits.lifetime).until_the_browser_closes(),
        };
        let expiry = expiry.absolute(LONGEST);
        expiry.check()?;
        Ok(expiry)
    }

    pub(super) fn owner(&self) -> Result<OwnerMember, ConfigError> {
        OwnerMember::new(&self.owner_member).ok_or_else(|| ConfigError::Bounds {
            setting: "the member of the owner",
            value: format!("{:?}", self.owner_member),
            bounds: "names with dots between them, such as `user.email`, the first of which is none of express-session's own",
        })
    }
}
