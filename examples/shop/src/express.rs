//! Sessions that the shop shares with an Express app, or takes over from one.

use std::str::FromStr;

use clap::ValueEnum;
use session_kit::store::{ConnectError, ConnectMongoStore, ConnectMongodbSessionStore, ConnectRedisStore};
use session_kit::{CookieSettings, ExpressSecrets, ExpressSettings, SessionManager, SessionManagerBuilder};

use crate::{StartError, frame};

/// The package with which the app keeps them.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Express {
    /// connect-redis
    Redis,
    /// connect-mongodb-session
    MongodbSession,
    /// connect-mongo
    ConnectMongo,
}

/// An app that is no more, and where its sessions are.
#[derive(Clone, Debug)]
pub(crate) struct Predecessor {
    kind: Express,
    url: String,
}

impl FromStr for Predecessor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, url) = text.split_once('=').ok_or("needs the form KIND=URL")?;
        Ok(Self {
            kind: Express::from_str(kind, false)?,
            url: url.to_owned(),
        })
    }
}

/// A manager of sessions that an app has, too: it keeps `user = {email}` and `cart = [{item, qty}]`, and the shop nothing
/// else.
pub(crate) async fn session_manager(
    express: Express,
    store: &str,
    secrets: impl Iterator<Item = &str>,
    cookie: CookieSettings,
) -> Result<SessionManager, StartError> {
    frame::leave_no_notices();
    let settings = settings(secrets)?;
    let builder = match express {
        Express::Redis => SessionManager::sharing_with_express(redis(store).await?, settings),
        Express::MongodbSession => SessionManager::sharing_with_express(mongodb_session(store).await?, settings),
        Express::ConnectMongo => SessionManager::sharing_with_express(connect_mongo(store).await?, settings),
    };
    Ok(builder.cookie(cookie.insecurely_without_same_site()).build()?)
}

/// The same builder for a manager that takes the sessions of an app over.
pub(crate) async fn taking_over(
    builder: SessionManagerBuilder,
    predecessor: &Predecessor,
    secrets: impl Iterator<Item = &str>,
) -> Result<SessionManagerBuilder, StartError> {
    let settings = settings(secrets)?;
    let url = &*predecessor.url;
    Ok(match predecessor.kind {
        Express::Redis => builder.taking_over_from_express(redis(url).await?, settings),
        Express::MongodbSession => builder.taking_over_from_express(mongodb_session(url).await?, settings),
        Express::ConnectMongo => builder.taking_over_from_express(connect_mongo(url).await?, settings),
    })
}

fn settings<'a>(secrets: impl Iterator<Item = &'a str>) -> Result<ExpressSettings, StartError> {
    Ok(ExpressSettings::new(ExpressSecrets::new(secrets)?).owner_member("user.email"))
}

async fn redis(url: &str) -> Result<ConnectRedisStore, ConnectError> {
    Ok(ConnectRedisStore::connect(url).await?)
}

async fn mongodb_session(url: &str) -> Result<ConnectMongodbSessionStore, ConnectError> {
    Ok(ConnectMongodbSessionStore::connect(url).await?)
}

async fn connect_mongo(url: &str) -> Result<ConnectMongoStore, ConnectError> {
    Ok(ConnectMongoStore::connect(url).await?)
}
