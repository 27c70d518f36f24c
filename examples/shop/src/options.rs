//! What the command line and the environment say.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory, FromArgMatches, Parser};
use session_kit::{CookieSettings, SessionManager, SigningKeys, Store, store};

use crate::express::{Express, Predecessor};
use crate::start_error::USAGE_FAULT;
use crate::{StartError, express, secret_file};

/// The example shop of session-kit.
///
/// RUST_LOG sets what is logged, such as `RUST_LOG=session_kit=trace`.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Options {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    pub(crate) listen: SocketAddr,

    /// Where sessions are kept
    #[arg(long, value_name = "URL", default_value = "sqlite:shop.db")]
    store: String,

    /// Share the sessions of an Express app, whose package of this name keeps them in the store
    #[arg(long, value_name = "KIND", requires = "secret")]
    pub(crate) express: Option<Express>,

    /// Take over the sessions that an Express app had until now: its package of this name kept them there
    #[arg(long, value_name = "KIND=URL", requires = "take_over_secret")]
    take_over: Option<Predecessor>,

    /// The secrets of that app, separated by commas
    #[arg(long, value_name = "SECRETS", env = "EXPRESS_SECRET", hide_env_values = true)]
    take_over_secret: Option<String>,

    /// Base64 keys that sign the cookies, separated by commas, the newest first [default: those in the secret file]
    ///
    /// With --express they are the secrets of that app, as they are. Other users of the machine can see a command line:
    /// prefer the environment.
    #[arg(long, value_name = "KEYS", env = "SESSION_SECRET", hide_env_values = true)]
    secret: Option<String>,

    /// Where those keys are if they are not given; a missing file is made, with a new key
    #[arg(long, value_name = "FILE", default_value = "shop.secret")]
    secret_file: PathBuf,

    /// Let the cookie travel over plain HTTP: for curl on one's own machine
    #[arg(long)]
    insecure_http: bool,

    /// The cookie's name [default: `__Host-session`, without its prefix over plain HTTP; with --express `connect.sid`]
    #[arg(long, value_name = "NAME")]
    cookie_name: Option<String>,
}

impl Options {
    pub(crate) fn read(program: &'static str) -> Result<Self, clap::Error> {
        let matches = Self::command().name(program).try_get_matches()?;
        Self::from_arg_matches(&matches)
    }

    pub(crate) async fn connect(&self) -> Result<Arc<dyn Store>, StartError> {
        Ok(store::connect(&self.store).await?)
    }

    pub(crate) async fn session_manager(
        &self,
        store: Arc<dyn Store>,
        keys: SigningKeys,
    ) -> Result<SessionManager, StartError> {
        let builder = SessionManager::builder(store, keys).cookie(self.cookie(None));
        let builder = match &self.take_over {
            Some(predecessor) => {
                let secrets = self.take_over_secret.iter().flat_map(|secrets| secrets.split(','));
                express::taking_over(builder, predecessor, secrets).await?
            }
            None => builder,
        };
        Ok(builder.build()?)
    }

    /// A manager of sessions that an Express app has, too.
    pub(crate) async fn shared_session_manager(&self, express: Express) -> Result<SessionManager, StartError> {
        let secrets = self.secret.iter().flat_map(|secrets| secrets.split(','));
        let cookie = self.cookie(Some("connect.sid"));
        express::session_manager(express, &self.store, secrets, cookie).await
    }

    fn cookie(&self, default_name: Option<&str>) -> CookieSettings {
        let mut cookie = CookieSettings::new();
        if let Some(name) = self.cookie_name.as_deref().or(default_name) {
            cookie = cookie.name(name);
        }
        if self.insecure_http {
            tracing::warn!("--insecure-http: whoever can listen on the network can take a session over");
            cookie = cookie.insecure_for_local_http();
        }
        cookie
    }

    pub(crate) fn signing_keys(&self) -> Result<SigningKeys, StartError> {
        match &self.secret {
            Some(secret) => Ok(SigningKeys::from_base64(secret)?),
            None => secret_file::keys(&self.secret_file),
        }
    }
}

/// Prints the help that was asked for, or the first line of what was wrong.
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]
pub(crate) fn explain(answer: &clap::Error) -> ExitCode {
    let text = answer.render().to_string();
    if answer.use_stderr() {
        eprintln!("{}", text.lines().next().unwrap_or_default());
        return ExitCode::from(USAGE_FAULT);
    }
    print!("{text}");
    ExitCode::SUCCESS
}
