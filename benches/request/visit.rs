//! What visitors do, and that they get what they came for.

use std::sync::{Arc, RwLock};

use futures_util::future::BoxFuture;
use session_bench::Contender;
use tokio::sync::Mutex;

use crate::values::FIRST;

/// How many visitors an application has.
pub(crate) const VISITORS: usize = 128;

/// A cookie of nobody's, as long as ours.
const STRANGER: &str = "__Host-session=\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What a request is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visit {
    NoCookie,
    Untouched,
    ReadOneOf5,
    ReadOneOf50,
    ReadAndWrite,
    NewSession,
    SignIn,
}

/// An application with the routes `/untouched`, `/read`, `/write`, `/new`, `/sign-in/{name}` and `/fill/{number}`.
pub(crate) trait App: Send + Sync + 'static {
    /// Asserts that all went well.
    fn answer(&self, path: &str, cookie: Option<&str>) -> impl Future<Output = Answer> + Send;
}

/// What a response says.
pub(crate) struct Answer {
    /// The value that was read, or the first one.
    pub(crate) number: u64,
    /// The session's cookie, if there is a new one.
    pub(crate) cookie: Option<String>,
}

/// Makes an application.
pub(crate) type Make<A> = fn() -> BoxFuture<'static, A>;

/// One visit again and again.
pub(crate) struct Visits<A> {
    visit: Visit,
    make: Make<A>,
    /// Whether it has sessions at all.
    remembers: bool,
    site: RwLock<Arc<Site<A>>>,
}

/// An application and its visitors.
struct Site<A> {
    app: A,
    visitors: Vec<Mutex<Visitor>>,
}

struct Visitor {
    path: String,
    cookie: String,
    number: u64,
}

impl Visit {
    fn path(self, visitor: usize) -> String {
        match self {
            Self::NoCookie | Self::Untouched => "/untouched".to_owned(),
            Self::ReadOneOf5 | Self::ReadOneOf50 => "/read".to_owned(),
            Self::ReadAndWrite => "/write".to_owned(),
            Self::NewSession => "/new".to_owned(),
            Self::SignIn => format!("/sign-in/visitor-{visitor}"),
        }
    }

    fn values(self) -> usize {
        if self == Self::ReadOneOf50 { 50 } else { 5 }
    }

    fn has_cookie(self) -> bool {
        !matches!(self, Self::NoCookie | Self::NewSession)
    }

    /// Whether sessions or marks pile up, with some library if not with all of them.
    fn piles_up(self) -> bool {
        matches!(self, Self::NoCookie | Self::NewSession | Self::SignIn)
    }
}

impl<A: App> Visits<A> {
    pub(crate) async fn new(visit: Visit, make: Make<A>) -> Self {
        let site = Site::new(visit, make).await;
        let stranger = site.visitors[0].lock().await.cookie == STRANGER;
        Self {
            visit,
            make,
            remembers: !stranger,
            site: RwLock::new(Arc::new(site)),
        }
    }
}

impl<A: App> Contender for Visits<A> {
    async fn operate(&self, item: usize) {
        let site = Arc::clone(&self.site.read().unwrap());
        let mut visitor = site.visitors[item].lock().await;
        let cookie = self.visit.has_cookie().then_some(visitor.cookie.as_str());
        let answer = site.app.answer(&visitor.path, cookie).await;
        assert_eq!(answer.number, visitor.number);
        match self.visit {
            Visit::ReadAndWrite if self.remembers => visitor.number += 1,
            Visit::NewSession | Visit::SignIn => {
                // Who has no sessions copies a cookie too: that is the benchmark's doing, and is to count for nobody.
                let cookie = answer.cookie.unwrap_or_else(|| STRANGER.to_owned());
                assert!(!self.remembers || cookie != visitor.cookie);
                visitor.cookie = cookie;
            }
            _ => {}
        }
    }

    async fn rest(&self) {
        if self.visit.piles_up() {
            let site = Site::new(self.visit, self.make).await;
            *self.site.write().unwrap() = Arc::new(site);
        }
    }
}

impl<A: App> Site<A> {
    async fn new(visit: Visit, make: Make<A>) -> Self {
        let app = make().await;
        let fill = format!("/fill/{}", visit.values());
        let mut visitors = Vec::with_capacity(VISITORS);
        for number in 0..VISITORS {
            let answer = app.answer(&fill, None).await;
            visitors.push(Mutex::new(Visitor {
                path: visit.path(number),
                cookie: answer.cookie.unwrap_or_else(|| STRANGER.to_owned()),
                number: FIRST,
            }));
        }
        Self { app, visitors }
    }
}

/// The cookie of this name, as a browser sends it back.
pub(crate) fn cookie<'a>(lines: impl Iterator<Item = &'a [u8]>, name: &str) -> Option<String> {
    let is_wanted = |line: &&[u8]| {
        line.strip_prefix(name.as_bytes())
            .is_some_and(|rest| rest.starts_with(b"="))
    };
    let line = std::str::from_utf8(lines.into_iter().find(is_wanted)?).unwrap();
    Some(line.split(';').next().unwrap_or(line).to_owned())
}
