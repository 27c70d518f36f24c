//! Where sessions are kept, how their ids travel, and how long they live: what hangs together when a manager is built.

use std::sync::Arc;

use crate::backend::Backend;
use crate::builder::out_of_bounds;
use crate::cookie::CookieSettings;
use crate::error::ConfigError;
use crate::expiry::Expiry;
#[cfg(feature = "express")]
use crate::express::{CookieScheme, ExpressSettings, ExpressStore, Sharing};
use crate::set_cookie::CookieWriter;
use crate::store::Store;
use crate::transport::{HeaderName, Transport};

/// Where sessions are to be kept, as the application has it.
#[derive(Debug)]
pub(crate) enum Kept {
    In(Arc<dyn Store>),
    #[cfg(feature = "express")]
    WithExpress(Arc<dyn ExpressStore>, ExpressSettings),
}

impl Kept {
    pub(crate) fn place(
        self,
        cookie: Option<CookieSettings>,
        header: Option<String>,
        expiry: Option<Expiry>,
    ) -> Result<Place, ConfigError> {
        match self {
            Self::In(store) => {
                let expiry = expiry.unwrap_or_default();
                expiry.check()?;
                Ok(Place {
                    backend: Backend::Store(store),
                    transport: transport(cookie, header)?,
                    expiry,
                })
            }
            #[cfg(feature = "express")]
            Self::WithExpress(store, settings) => {
                refuse_what_express_has_not(header, expiry)?;
                with_express(store, &settings, cookie)
            }
        }
    }
}

/// Where sessions are, how their ids travel, and how long they live.
pub(crate) struct Place {
    pub(crate) backend: Backend,
    pub(crate) transport: Transport,
    pub(crate) expiry: Expiry,
}

#[cfg(feature = "express")]
fn refuse_what_express_has_not(header: Option<String>, expiry: Option<Expiry>) -> Result<(), ConfigError> {
    if let Some(header) = header {
        let bounds = "a cookie, for Express sends its id in nothing else";
        return Err(out_of_bounds(
            "the header of sessions shared with Express",
            &header,
            bounds,
        ));
    }
    if let Some(expiry) = expiry {
        let (setting, bounds) = (
            "the expiry of sessions shared with Express",
            "`ExpressSettings::max_age` in its place",
        );
        return Err(out_of_bounds(setting, &format!("{expiry:?}"), bounds));
    }
    Ok(())
}

#[cfg(feature = "express")]
fn with_express(
    store: Arc<dyn ExpressStore>,
    settings: &ExpressSettings,
    cookie: Option<CookieSettings>,
) -> Result<Place, ConfigError> {
    let cookie = cookie.unwrap_or_else(|| CookieSettings::new().name("connect.sid"));
    cookie.check()?;
    Ok(Place {
        expiry: settings.expiry(store.habits())?,
        transport: Transport::Express(CookieScheme::new(&cookie)),
        backend: Backend::Express(Box::new(Sharing::new(store, settings, cookie)?)),
    })
}

fn transport(cookie: Option<CookieSettings>, header: Option<String>) -> Result<Transport, ConfigError> {
    let Some(header) = header else {
        let cookie = cookie.unwrap_or_default();
        cookie.check()?;
        return Ok(Transport::Cookie(CookieWriter::new(&cookie)));
    };
    if cookie.is_some() {
        let both = "a cookie and a header";
        let bounds = "one of the two, for each has its own defence against forgery: two managers can share a store";
        return Err(out_of_bounds("the transport of the id", both, bounds));
    }
    Ok(Transport::header(HeaderName::new(&header)?))
}
