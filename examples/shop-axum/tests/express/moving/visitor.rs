//! What a visitor does, and what must be then.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::join;

use super::figures::Figures;
use super::node::{Node, Reply};
use super::way::Nodes;

/// Somebody with the cookie of Express.
pub(super) struct Visitor {
    number: usize,
    old: String,
    figures: Figures,
}

/// Who signs out, and when.
enum Leaving {
    AtOnce,
    Later,
    Never,
}

impl Visitor {
    pub(super) async fn sign_up(number: usize, express: &Node) -> Self {
        let email = email_of(number);
        let reply = express.post_json("/login", &json!({ "email": email }), "").await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let old = reply.cookie().unwrap().to_owned();
        let item = json!({ "item": pick_of(number) });
        let reply = express.post_json("/cart", &item, &old).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        Self {
            number,
            old,
            figures: Figures::default(),
        }
    }

    const fn leaving(&self) -> Leaving {
        match self.number % 10 {
            4 => Leaving::AtOnce,
            9 => Leaving::Later,
            _ => Leaving::Never,
        }
    }

    pub(super) async fn visit(mut self, nodes: &Nodes) -> Figures {
        let [one, two] = nodes.both();
        // Each node is the first one of half of the visitors.
        let nodes = if self.number.is_multiple_of(2) {
            [one, two]
        } else {
            [two, one]
        };
        match self.leaving() {
            Leaving::AtOnce => {
                let old = self.old.clone();
                self.sign_out(nodes, &old, &[]).await;
            }
            Leaving::Later => {
                let new = self.come(nodes).await;
                self.sign_out(nodes, &new, &["tin"; 2]).await;
            }
            Leaving::Never => {
                let new = self.come(nodes).await;
                self.come_again(nodes, &new).await;
            }
        }
        self.figures
    }

    /// With the old cookie, four times at once.
    async fn come(&mut self, [one, two]: [&Node; 2]) -> String {
        let old = self.old.clone();
        let (account, added, account_there, added_there) = join!(
            one.get("/account", &old),
            add("tin", one, &old),
            two.get("/account", &old),
            add("tin", two, &old),
        );
        self.must_be_known(&account);
        self.must_be_known(&account_there);
        self.must_be_added(&added);
        self.must_be_added(&added_there);
        self.new_cookie(&[&added, &added_there], &[&account, &account_there])
    }

    /// With the new cookie four times at once, and with the old one from a page that had not been loaded anew.
    async fn come_again(&mut self, [one, two]: [&Node; 2], new: &str) {
        let old = self.old.clone();
        let (account, added, account_there, added_there, added_late) = join!(
            one.get("/account", new),
            add("tin", one, new),
            two.get("/account", new),
            add("cup", two, new),
            add("cup", one, &old),
        );
        self.must_be_known(&account);
        self.must_be_known(&account_there);
        for added in [&added, &added_there, &added_late] {
            self.must_be_added(added);
        }
        if self.new_cookie(&[&added_late], &[]) != new {
            self.figures.without_cookie += 1;
        }
        for (node, cookie) in [(one, new), (two, &old)] {
            self.must_have(node, cookie, &["tin", "tin", "tin", "cup", "cup"]).await;
        }
    }

    /// While others look. `added` is what was put into the cart here.
    async fn sign_out(&mut self, [one, two]: [&Node; 2], cookie: &str, added: &[&str]) {
        let old = self.old.clone();
        let (signed_out, look, look_there) = join!(
            one.post_form("/logout", "", cookie),
            one.get("/cart", cookie),
            two.get("/cart", &old),
        );
        self.figures.failed += u64::from(signed_out.leads_to() != Some("/"));
        for look in [look, look_there] {
            self.figures.failed += u64::from(look.status != 200);
        }
        let after = self.new_cookie(&[&signed_out], &[]);
        for node in [one, two] {
            for cookie in [&after, cookie, &old] {
                let reply = node.get("/account", cookie).await;
                self.must_be_nobody(&reply);
            }
            self.must_have(node, &after, added).await;
        }
    }

    fn must_be_known(&mut self, account: &Reply) {
        let shown = account.body.split_once("Signed in as <strong>");
        let shown = shown.and_then(|(_, rest)| rest.split_once("</strong>"));
        match (account.status, shown) {
            (200, Some((email, _))) => self.figures.mistaken += u64::from(email != email_of(self.number)),
            (303, _) => self.figures.logged_out += 1,
            _ => self.figures.failed += 1,
        }
    }

    fn must_be_nobody(&mut self, account: &Reply) {
        match (account.status, account.leads_to()) {
            (303, Some("/login")) => {}
            (200, _) => self.figures.came_back += 1,
            _ => self.figures.failed += 1,
        }
    }

    fn must_be_added(&mut self, added: &Reply) {
        self.figures.failed += u64::from(added.leads_to() != Some("/"));
    }

    /// The one that answers to an old cookie bring: to changes all of them, to others none or the same.
    fn new_cookie(&mut self, changes: &[&Reply], looks: &[&Reply]) -> String {
        let brought: Vec<_> = changes.iter().map(|reply| reply.cookie().unwrap_or_default()).collect();
        let new = *brought.first().unwrap();
        let others = looks.iter().filter_map(|reply| reply.cookie());
        let others = brought.iter().copied().chain(others).filter(|cookie| *cookie != new);
        let is_ours = new.starts_with("session=") && new.len() > 80;
        self.figures.without_cookie += u64::try_from(others.count()).unwrap() + u64::from(!is_ours);
        if is_ours { new.to_owned() } else { self.old.clone() }
    }

    /// What Express had, once, and what was added since.
    async fn must_have(&mut self, node: &Node, cookie: &str, added: &[&str]) {
        let reply = node.get_json("/cart", cookie).await;
        let cart: Value = serde_json::from_str(&reply.body).unwrap_or_default();
        let mut difference = BTreeMap::from([(pick_of(self.number), -1)]);
        for &item in added {
            *difference.entry(item.to_owned()).or_default() -= 1;
        }
        for line in cart["items"].as_array().into_iter().flatten() {
            let item = line["item"].as_str().unwrap().to_owned();
            *difference.entry(item).or_default() += line["qty"].as_i64().unwrap();
        }
        self.figures.lost_or_doubled += difference.into_values().map(i64::unsigned_abs).sum::<u64>();
    }
}

async fn add(item: &str, node: &Node, cookie: &str) -> Reply {
    node.post_form("/cart/add", &format!("item={item}"), cookie).await
}

fn email_of(number: usize) -> String {
    format!("visitor-{number}@example.com")
}

/// What the visitor chose before, and nobody else.
fn pick_of(number: usize) -> String {
    format!("pick {number}")
}
