//! People who go on using the application while it moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use session_kit::{Error, Owner, RequestInfo, ResponseHeaders, Session, SessionManager, Store, StoreError};
use session_test_support::visitor::node;
use tokio::task::JoinHandle;

const MOST_REFUSALS: usize = 20;

/// Who they say they are.
fn owner(number: usize) -> Owner {
    Owner::new(format!("visitor-{number}")).unwrap()
}

#[derive(Clone, Copy, Debug)]
enum Act {
    SignIn,
    Count,
    GetANewId,
    SignOut,
    SignOutEverywhere,
}

/// One who is signed in, counts in the session, gets a new id from time to time, and knows what is right.
#[derive(Debug)]
pub(crate) struct Visitor {
    number: usize,
    cookie: String,
    count: u64,
    /// Cookies of before, for browsers that are late.
    ended: Vec<String>,
}

impl Visitor {
    pub(crate) async fn arrive(number: usize, node: &SessionManager) -> Self {
        let mut visitor = Self {
            number,
            cookie: String::new(),
            count: 0,
            ended: Vec::new(),
        };
        visitor.sign_in(node).await;
        visitor
    }

    fn open(&self, node: &SessionManager) -> Session {
        node.open([self.cookie.as_bytes()], &RequestInfo::new())
    }

    fn take_cookie(&mut self, headers: &ResponseHeaders) {
        if let Some(cookie) = headers.set_cookie() {
            self.cookie = cookie.split(';').next().unwrap().to_owned();
        }
    }

    async fn sign_in(&mut self, node: &SessionManager) {
        let headers = self.request(node, Act::SignIn).await;
        self.take_cookie(&headers);
    }

    /// Two tabs at once, at two nodes.
    async fn count_in_two_tabs(&mut self, nodes: [&SessionManager; 2]) {
        let [one, other] = nodes.map(|node| self.request(node, Act::Count));
        drop(tokio::join!(one, other));
        self.count += 2;
    }

    async fn get_a_new_id(&mut self, node: &SessionManager) {
        let headers = self.request(node, Act::GetANewId).await;
        self.take_cookie(&headers);
    }

    /// And in again with a session of their own.
    async fn sign_out_and_in(&mut self, nodes: [&SessionManager; 2]) {
        let is_everywhere = !self.number.is_multiple_of(2);
        let act = if is_everywhere {
            Act::SignOutEverywhere
        } else {
            Act::SignOut
        };
        drop(self.request(nodes[0], act).await);
        self.ended.push(std::mem::take(&mut self.cookie));
        self.sign_in(nodes[1]).await;
    }

    /// Asks again for as long as the answer is that a store is away: with files that several processes write to, it sometimes is.
    async fn request(&self, node: &SessionManager, act: Act) -> ResponseHeaders {
        for _ in 0..MOST_REFUSALS {
            let session = self.open(node);
            let mut result = self.handle(&session, act).await;
            if result.is_ok() {
                let committed = node.commit(session, 200).await;
                result = committed.result;
                if result.is_ok() {
                    return committed.headers;
                }
            }
            match result {
                Err(Error::Store(StoreError::Unavailable(_)) | Error::TimedOut(_)) => {}
                result => result.unwrap(),
            }
        }
        panic!("visitor {} was refused again and again", self.number);
    }

    async fn handle(&self, session: &Session, act: Act) -> Result<(), Error> {
        match act {
            Act::SignIn => {
                session.sign_in(owner(self.number));
                session.insert("count", &self.count)
            }
            Act::Count => session.update("count", |count: &mut u64| *count += 1).await,
            Act::GetANewId => {
                session.regenerate();
                Ok(())
            }
            Act::SignOut => {
                session.destroy();
                Ok(())
            }
            Act::SignOutEverywhere => session.revoke_all().await.map(drop),
        }
    }

    /// Nobody has lost, doubled or revived anything.
    pub(crate) async fn is_right(&self, node: &SessionManager) {
        let session = self.open(node);
        assert_eq!(
            session.owner().await.unwrap(),
            Some(owner(self.number)),
            "visitor {}",
            self.number
        );
        let count: Option<u64> = session.get("count").await.unwrap();
        assert_eq!(count, Some(self.count), "visitor {}", self.number);
        for cookie in &self.ended {
            let late = node.open([cookie.as_bytes()], &RequestInfo::new());
            assert!(
                late.handle().await.unwrap().is_none(),
                "visitor {} has ended this one",
                self.number
            );
        }
    }

    async fn go_on(&mut self, nodes: [&SessionManager; 2], turn: usize) {
        match (turn + self.number) % 8 {
            3 => self.get_a_new_id(nodes[turn % 2]).await,
            7 => self.sign_out_and_in(nodes).await,
            _ => self.count_in_two_tabs(nodes).await,
        }
    }
}

/// Visitors who go on until they are stopped.
pub(crate) struct Traffic {
    is_over: Arc<AtomicBool>,
    visitors: Vec<JoinHandle<(Visitor, usize)>>,
}

impl Traffic {
    pub(crate) fn start(visitors: Vec<Visitor>, nodes: [Arc<dyn Store>; 2]) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let nodes = nodes.map(|store| node(&store));
        let visitors = visitors.into_iter().map(|mut visitor| {
            let (is_over, nodes) = (Arc::clone(&is_over), nodes.clone());
            tokio::spawn(async move {
                let mut turns = 0;
                while !is_over.load(Ordering::Relaxed) {
                    visitor.go_on([&nodes[0], &nodes[1]], turns).await;
                    turns += 1;
                }
                (visitor, turns)
            })
        });
        let visitors = visitors.collect();
        Self { is_over, visitors }
    }

    /// The visitors, and how often they came.
    pub(crate) async fn stop(self) -> (Vec<Visitor>, usize) {
        self.is_over.store(true, Ordering::Relaxed);
        let (mut visitors, mut turns) = (Vec::new(), 0);
        for visitor in self.visitors {
            let (visitor, came) = visitor.await.unwrap();
            visitors.push(visitor);
            turns += came;
        }
        (visitors, turns)
    }
}
