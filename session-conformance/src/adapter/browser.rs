//! A browser: it visits pages and keeps their cookies.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use session_core::{Clock, Error, Session};
use tokio::task::JoinHandle;

use super::cookie_jar::CookieJar;
use super::exchange::{Exchange, Header};
use super::pages;
use super::probe::{Answer, Probe};
use super::response::{Head, Response};
use super::stage::Stage;
use crate::test_clock::TestClock;
use crate::verdict::{joined, kept};

const ANSWERED: &str = "every request is answered";

/// One visitor's browser. Clones are the same browser, such as another tab of it.
#[derive(Clone, Debug)]
pub(super) struct Browser {
    jar: Arc<Mutex<CookieJar>>,
    address: SocketAddr,
    probe: Probe,
    clock: TestClock,
}

/// A request on its way.
#[derive(Debug)]
pub(super) struct Visit(JoinHandle<io::Result<Response>>);

impl Browser {
    pub(super) fn new(stage: &Stage) -> Self {
        Self {
            jar: Arc::new(Mutex::new(CookieJar::new(stage.address().ip().to_string()))),
            address: stage.address(),
            probe: stage.probe().clone(),
            clock: stage.clock.clone(),
        }
    }

    /// Another browser with the cookies that this one has now.
    pub(super) fn copied(&self) -> Self {
        let jar = self.jar().clone();
        Self {
            jar: Arc::new(Mutex::new(jar)),
            ..self.clone()
        }
    }

    /// The same browser on another server of the same site.
    pub(super) fn moved_to(&self, stage: &Stage) -> Self {
        Self {
            jar: Arc::clone(&self.jar),
            ..Self::new(stage)
        }
    }

    /// What `page` answers.
    pub(super) async fn visit<F, Reply>(&self, page: F) -> Response
    where
        F: FnOnce(Session) -> Reply + Send + 'static,
        Reply: Future<Output = Result<Answer, Error>> + Send + 'static,
    {
        self.visit_with(Vec::new(), page).await
    }

    /// What `page` answers to a request with more headers.
    pub(super) async fn visit_with<F, Reply>(&self, headers: Vec<Header>, page: F) -> Response
    where
        F: FnOnce(Session) -> Reply + Send + 'static,
        Reply: Future<Output = Result<Answer, Error>> + Send + 'static,
    {
        let request = self.request(headers, page);
        kept(ANSWERED, request.await)
    }

    /// Sends the request now, with the cookies of now, and lets it take its time.
    pub(super) fn start<F, Reply>(&self, page: F) -> Visit
    where
        F: FnOnce(Session) -> Reply + Send + 'static,
        Reply: Future<Output = Result<Answer, Error>> + Send + 'static,
    {
        Visit(tokio::spawn(self.request(Vec::new(), page)))
    }

    /// The response up to its head.
    pub(super) async fn begin<F, Reply>(&self, page: F) -> Exchange
    where
        F: FnOnce(Session) -> Reply + Send + 'static,
        Reply: Future<Output = Result<Answer, Error>> + Send + 'static,
    {
        let path = self.probe.put(page);
        let exchange = Exchange::begin(self.address, &path, &self.cookie_headers(&path)).await;
        let exchange = kept(ANSWERED, exchange);
        self.learn(&exchange.head);
        exchange
    }

    /// Where a request for `page` goes, and its headers, for those who send it themselves.
    pub(super) fn prepare<F, Reply>(&self, page: F) -> (SocketAddr, String, Vec<Header>)
    where
        F: FnOnce(Session) -> Reply + Send + 'static,
        Reply: Future<Output = Result<Answer, Error>> + Send + 'static,
    {
        let path = self.probe.put(page);
        let headers = self.cookie_headers(&path);
        (self.address, path, headers)
    }

    /// What the session holds under `name`, as a page shows it.
    pub(super) async fn reads(&self, name: &'static str) -> String {
        self.visit(pages::read(name)).await.body
    }

    /// The `Cookie` header of the next request.
    pub(super) fn cookie(&self) -> Option<String> {
        self.jar().header("/", self.clock.now())
    }

    /// The signed value of the only cookie that it has.
    pub(super) fn cookie_value(&self) -> String {
        let cookie = self.cookie().unwrap_or_default();
        cookie
            .split_once('=')
            .map_or_else(String::new, |(_, value)| value.to_owned())
    }

    fn request<F, Reply>(
        &self,
        mut headers: Vec<Header>,
        page: F,
    ) -> impl Future<Output = io::Result<Response>> + Send + 'static
    where
        F: FnOnce(Session) -> Reply + Send + 'static,
        Reply: Future<Output = Result<Answer, Error>> + Send + 'static,
    {
        let path = self.probe.put(page);
        headers.extend(self.cookie_headers(&path));
        let browser = self.clone();
        async move {
            let exchange = Exchange::begin(browser.address, &path, &headers).await?;
            browser.learn(&exchange.head);
            exchange.finish().await
        }
    }

    fn cookie_headers(&self, path: &str) -> Vec<Header> {
        let cookies = self.jar().header(path, self.clock.now());
        cookies
            .map(|cookies| ("cookie", cookies.into_bytes()))
            .into_iter()
            .collect()
    }

    fn learn(&self, head: &Head) {
        for set_cookie in head.all("set-cookie") {
            kept(
                "a browser accepts every cookie that is set or removed",
                self.jar().take(set_cookie, self.clock.now()),
            );
        }
    }

    fn jar(&self) -> MutexGuard<'_, CookieJar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visit {
    /// The response.
    pub(super) async fn end(self) -> Response {
        kept(ANSWERED, self.outcome().await)
    }

    pub(super) fn is_over(&self) -> bool {
        self.0.is_finished()
    }

    /// The response, or that the server hung up.
    pub(super) async fn outcome(self) -> io::Result<Response> {
        joined(self.0).await
    }
}
