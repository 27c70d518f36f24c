//! A browser with cookies of its own, as a visitor has it.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::time::Duration;

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::cookies::Cookie;
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);
/// No Chromium of a test talks to anybody but the shop.
const ARGUMENTS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--window-size=1280,900",
];

/// One profile of Chromium: what it has, no other has. It is closed with `close`.
pub(crate) struct Profile {
    pub(crate) client: Client,
    /// `http://localhost:port`: what browsers trust like HTTPS.
    pub(crate) origin: String,
}

impl Profile {
    /// On a desktop, for the shop at this port.
    pub(crate) async fn on(port: u16) -> Self {
        Self::with_arguments(port, &[]).await
    }

    /// On a phone, one of the narrowest.
    pub(crate) async fn on_a_phone(port: u16) -> Self {
        let metrics = json!({ "width": 360, "height": 740, "pixelRatio": 2 });
        let options = json!({ "args": ARGUMENTS, "mobileEmulation": { "deviceMetrics": metrics } });
        Self::with(port, options).await
    }

    /// On a desktop, with more arguments for Chromium.
    pub(crate) async fn with_arguments(port: u16, more: &[&str]) -> Self {
        let arguments: Vec<_> = ARGUMENTS.iter().chain(more).collect();
        Self::with(port, json!({ "args": arguments })).await
    }

    async fn with(port: u16, mut options: Value) -> Self {
        options["binary"] = "/usr/bin/chromium".into();
        let capabilities: Capabilities = [("goog:chromeOptions".to_owned(), options)].into_iter().collect();
        let driver = env::var("SESSION_KIT_WEBDRIVER_URL");
        let driver = driver
            .expect("SESSION_KIT_WEBDRIVER_URL is not set: set -a; eval \"$(scripts/services up browser)\"; set +a");
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let connecting = builder.capabilities(capabilities).connect(&driver);
        let client = timeout(PATIENCE, connecting).await.unwrap().unwrap();
        Self {
            client,
            origin: format!("http://localhost:{port}"),
        }
    }

    pub(crate) async fn close(self) {
        self.client.close().await.unwrap();
    }

    pub(crate) async fn goto(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.origin)).await.unwrap();
    }

    /// The path of the page that is shown.
    pub(crate) async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }

    /// Waits until the page that is shown is there.
    pub(crate) async fn arrives_at(&self, path: &str) {
        let begun = Instant::now();
        while self.path().await != path {
            assert!(
                begun.elapsed() < PATIENCE,
                "waited in vain for {path}, and is at {}",
                self.path().await
            );
            sleep(PAUSE).await;
        }
    }

    /// Waits until the page that is shown has this text. Pages may come and go meanwhile.
    pub(crate) async fn shows(&self, text: &str) {
        let begun = Instant::now();
        loop {
            let page = self.text().await.unwrap_or_default();
            if page.contains(text) {
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "waited in vain for {text:?} in this page:\n{page}"
            );
            sleep(PAUSE).await;
        }
    }

    async fn text(&self) -> Result<String, CmdError> {
        self.client.find(Locator::Css("body")).await?.text().await
    }

    /// Presses the button or the link with this text, not those of the navigation.
    pub(crate) async fn press(&self, what: &str) {
        let path = format!("//main//*[self::button or self::a][normalize-space()=\"{what}\"]");
        let button = self.client.find(Locator::XPath(&path)).await.unwrap();
        button.click().await.unwrap();
    }

    pub(crate) async fn sign_in(&self, email: &str) {
        self.goto("/login").await;
        self.fill("email", email).await;
        self.fill("password", "demo").await;
        self.press("Sign in").await;
        self.arrives_at("/account").await;
    }

    /// The tab key.
    pub(crate) async fn press_tab(&self) {
        let keys = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: Key::Tab.into() })
            .then(KeyAction::Up { value: Key::Tab.into() });
        self.client.perform_actions(keys).await.unwrap();
    }

    /// Puts one of these into the cart, from the shop's first page.
    pub(crate) async fn add(&self, item: &str) {
        self.goto("/").await;
        let form = format!("document.querySelector('input[name=item][value={item}]').form");
        self.script(&format!("{form}.submit()")).await;
        self.shows("Added to your cart").await;
    }

    async fn fill(&self, id: &str, text: &str) {
        let field = self.client.find(Locator::Id(id)).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// What a script of the page answers.
    pub(crate) async fn script(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// Waits until a script answers with `true`. Pages may come and go meanwhile.
    pub(crate) async fn waits_for(&self, script: &str) {
        let begun = Instant::now();
        while self.client.execute(script, Vec::new()).await.ok() != Some(Value::Bool(true)) {
            assert!(begun.elapsed() < PATIENCE, "waited in vain for this: {script}");
            sleep(PAUSE).await;
        }
    }

    /// The cookies that would be sent for this page.
    pub(crate) async fn cookies(&self) -> Vec<Cookie<'static>> {
        self.client.get_all_cookies().await.unwrap()
    }

    /// How many of each item the cart page shows.
    pub(crate) async fn cart(&self) -> HashMap<String, u64> {
        self.goto("/cart").await;
        let mut cart = HashMap::new();
        for line in self.client.find_all(Locator::Css("li.line")).await.unwrap() {
            let name = line.find(Locator::Css("h2")).await.unwrap().text().await.unwrap();
            let quantity = line.find(Locator::Css(".what p")).await.unwrap().text().await.unwrap();
            let quantity = quantity.split(' ').next().unwrap().parse().unwrap();
            cart.insert(name, quantity);
        }
        cart
    }

    /// Files a picture of the page in the folder that SESSION_KIT_SCREENSHOTS names, for people to look at.
    pub(crate) async fn picture(&self, name: &str) {
        if let Ok(folder) = env::var("SESSION_KIT_SCREENSHOTS") {
            let picture = self.client.screenshot().await.unwrap();
            fs::write(format!("{folder}/{name}.png"), picture).unwrap();
        }
    }
}
