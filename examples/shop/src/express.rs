//! Sessions that the shop shares with an Express app.

use clap::ValueEnum;
use session_kit::store::{ConnectError, ConnectMongoStore, ConnectMongodbSessionStore, ConnectRedisStore};
use session_kit::{CookieSettings, ExpressSecrets, ExpressSettings, SessionManager};

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

/// The app keeps `user = {email}` and `cart = [{item, qty}]`, and the shop nothing else.
pub(crate) async fn session_manager(
    express: Express,
    store: &str,
    secrets: impl Iterator<Item = &str>,
    cookie: CookieSettings,
) -> Result<SessionManager, StartError> {
    frame::leave_no_notices();
    let settings = ExpressSettings::new(ExpressSecrets::new(secrets)?).owner_member("user.email");
    let builder = match express {
        Express::Redis => {
            let store = ConnectRedisStore::connect(store).await.map_err(ConnectError::from)?;
            SessionManager::sharing_with_express(store, settings)
        }
        Express::MongodbSession => {
            let store = ConnectMongodbSessionStore::connect(store)
                .await
                .map_err(ConnectError::from)?;
            SessionManager::sharing_with_express(store, settings)
        }
        Express::ConnectMongo => {
            let store = ConnectMongoStore::connect(store).await.map_err(ConnectError::from)?;
            SessionManager::sharing_with_express(store, settings)
        }
    };
    Ok(builder.cookie(cookie.insecurely_without_same_site()).build()?)
}
