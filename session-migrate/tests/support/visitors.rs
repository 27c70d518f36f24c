//! People who go on using the application while it moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use session_kit::{Owner, RequestInfo, Session, SessionManager, Store};
use session_test_support::visitor::node;
use tokio::task::JoinHandle;

/// Who they say they are.
fn owner(number: usize) -> Owner {
    Owner::new(format!("visitor-{number}")).unwrap()
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

    async fn commit(&mut self, node: &SessionManager, session: Session) {
        let committed = node.commit(session, 200).await;
        committed.result.unwrap();
        if let Some(cookie) = committed.headers.set_cookie() {
            self.cookie = cookie.split(';').next().unwrap().to_owned();
        }
    }

    async fn sign_in(&mut self, node: &SessionManager) {
        let session = self.open(node);
        session.sign_in(owner(self.number));
        session.insert("count", &self.count).unwrap();
        self.commit(node, session).await;
    }

    /// Two tabs at once, at two nodes.
    async fn count_in_two_tabs(&mut self, nodes: [&SessionManager; 2]) {
        let count = async |node: &SessionManager| {
            let session = self.open(node);
            session.update("count", |count: &mut u64| *count += 1).await.unwrap();
            node.commit(session, 200).await.result.unwrap();
        };
        tokio::join!(count(nodes[0]), count(nodes[1]));
        self.count += 2;
    }

    async fn get_a_new_id(&mut self, node: &SessionManager) {
        let session = self.open(node);
        session.regenerate();
        self.commit(node, session).await;
    }

    /// Here or everywhere, and in again with a session of their own.
    async fn sign_out_and_in(&mut self, nodes: [&SessionManager; 2]) {
        let session = self.open(nodes[0]);
        if self.number.is_multiple_of(2) {
            session.destroy();
        } else {
            assert_eq!(session.revoke_all().await.unwrap(), 1, "visitor {}", self.number);
        }
        self.commit(nodes[0], session).await;
        self.ended.push(std::mem::take(&mut self.cookie));
        self.sign_in(nodes[1]).await;
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
