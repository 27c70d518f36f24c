//! Somebody who is signed in and has a cart.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::answer::Answer;
use crate::client::Client;
use crate::everybody::{self, LINES};
use crate::request::{get, post};

/// What a browser has beside the session's cookie.
const OTHER_COOKIE: &str = "theme=dark";

pub(crate) struct Visitor {
    /// What says in the page whose it is.
    mark: String,
    /// How many things are in the cart.
    quantity: AtomicU32,
    view: String,
    /// One of each item.
    adds: [String; LINES.len()],
    /// Without sessions it is not.
    is_kept: bool,
}

impl Visitor {
    /// Signs in, and puts into the cart what belongs there. No other of this number is there at this server.
    pub(crate) async fn sign_in(client: &Client, number: usize) -> Self {
        let email = everybody::EMAIL.replace("0000", &format!("{number:04}"));
        let form = format!("email={}&password=demo", email.replace('@', "%40"));
        let welcome = client.ask(&post("/login", OTHER_COOKIE, &form)).await;
        assert_eq!(welcome.status(), "303", "{}", welcome.body());
        let cookie = welcome.header("set-cookie").unwrap();
        let (cookie, _) = cookie.split_once(';').unwrap();
        let visitor = Self::new(&email, &format!("{OTHER_COOKIE}; {cookie}"), true);
        for (add, (_, quantity)) in visitor.adds.iter().zip(LINES) {
            for _ in 0..quantity {
                visitor.add_by(client, add).await;
            }
        }
        // The first page tells what was done, and the others do not.
        visitor.view(client).await;
        visitor
    }

    /// Where everybody sees the same cart, with a cookie that is as long as others.
    pub(crate) fn anybody() -> Self {
        let cookie = format!("{OTHER_COOKIE}; session={}.{}", "A".repeat(43), "A".repeat(43));
        let visitor = Self::new(everybody::EMAIL, &cookie, false);
        let quantity = LINES.iter().map(|(_, quantity)| quantity).sum();
        visitor.quantity.store(quantity, Ordering::Relaxed);
        visitor
    }

    fn new(email: &str, cookie: &str, is_kept: bool) -> Self {
        Self {
            mark: format!("title=\"Signed in as {email}\""),
            quantity: AtomicU32::new(0),
            view: get("/cart", cookie),
            adds: LINES.map(|(item, _)| post("/cart/add", cookie, &format!("item={item}&qty=1"))),
            is_kept,
        }
    }

    /// The page, which shows all that this visitor has ever added.
    pub(crate) async fn view(&self, client: &Client) -> Answer {
        let answer = client.ask(&self.view).await;
        let page = answer.body();
        assert_eq!(answer.status(), "200", "{page}");
        let quantity = self.quantity.load(Ordering::Relaxed);
        let badge = format!("<span class=\"badge\">{quantity}<span");
        assert!(page.contains(&self.mark) && page.contains(&badge), "{badge}: {page}");
        answer
    }

    /// Takes turns with the items.
    pub(crate) async fn add(&self, client: &Client) {
        let turn = self.quantity.load(Ordering::Relaxed) as usize % self.adds.len();
        self.add_by(client, &self.adds[turn]).await;
    }

    async fn add_by(&self, client: &Client, request: &str) {
        let answer = client.ask(request).await;
        assert_eq!(answer.status(), "303", "{}", answer.body());
        assert_eq!(answer.header("location"), Some("/"));
        if self.is_kept {
            self.quantity.fetch_add(1, Ordering::Relaxed);
        }
    }
}
