//! All visitors of an Express app come to the shop that takes its sessions over, to two nodes of it at once.
//!
//! `SESSION_KIT_MOVED_SESSIONS` says how many they are.

mod figures;
mod node;
mod visitor;
mod way;

use futures_util::stream::{self, StreamExt as _};
use tokio::time::Instant;

use figures::Figures;
use node::Node;
use visitor::Visitor;
use way::{Nodes, Way};

/// Visitors who sign in at the app at the same time.
const AT_ONCE_THERE: usize = 64;
/// Visitors who are at the shop at the same time, each with up to five requests under way.
const AT_ONCE: usize = 16;
const SESSIONS: usize = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_logged_out_on_the_way_from_connect_redis_to_mongodb() {
    all_move(&Way::CONNECT_REDIS_TO_MONGODB).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_logged_out_on_the_way_from_connect_mongodb_session_to_redis() {
    all_move(&Way::CONNECT_MONGODB_SESSION_TO_REDIS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_logged_out_on_the_way_from_connect_mongo_to_mariadb() {
    all_move(&Way::CONNECT_MONGO_TO_MARIADB).await;
}

async fn all_move(way: &Way) {
    let number = std::env::var("SESSION_KIT_MOVED_SESSIONS").map_or(SESSIONS, |number| number.parse().unwrap());
    let begun = Instant::now();
    let visitors = sign_up(way, number).await;
    let signed_up = begun.elapsed().as_secs_f64();
    println!("{way}: {number} sessions made by Express in {signed_up:.1} s");

    // The app has stopped. Another one has no visitors, and sees what is left.
    let witness = way.express();
    let left = Node::new(witness.address);
    assert_eq!(left.count().await, number);
    let nodes = way.nodes();
    let begun = Instant::now();
    let figures = visit(way, visitors, &nodes, &left).await;
    let seconds = begun.elapsed().as_secs_f64();

    let left = left.count().await;
    let requests = nodes.requests();
    let log = nodes.stop();
    let taken_over = log.matches("session taken over").count();
    println!(
        "{way}: {number} sessions, {requests} requests to two nodes, {figures}, {taken_over} taken over, {left} left with \
         Express, {seconds:.1} s"
    );
    let failures: Vec<_> = log.lines().filter(|line| line.contains(" ERROR ")).take(5).collect();
    assert!(failures.is_empty(), "{failures:#?}");
    assert_eq!(figures, Figures::default());
    assert_eq!((taken_over, left), (number, 0));
}

/// Everybody signs in and puts something into the cart, as long as the app is there.
async fn sign_up(way: &Way, number: usize) -> Vec<Visitor> {
    let express = way.express();
    let node = Node::new(express.address);
    node.clear().await;
    let visitors = stream::iter(0..number).map(|number| Visitor::sign_up(number, &node));
    visitors.buffer_unordered(AT_ONCE_THERE).collect().await
}

/// Everybody comes to both nodes. What is left with Express is counted at each quarter.
async fn visit(way: &Way, visitors: Vec<Visitor>, nodes: &Nodes, left: &Node) -> Figures {
    let number = visitors.len();
    let quarter = number.div_ceil(4).max(1);
    let visits = stream::iter(visitors).map(|visitor| visitor.visit(nodes));
    let mut visits = visits.buffer_unordered(AT_ONCE);
    let mut figures = Figures::default();
    let mut come = 0;
    while let Some(figures_of_one) = visits.next().await {
        figures += figures_of_one;
        come += 1;
        if come % quarter == 0 {
            let left = left.count().await;
            println!("{way}: {come} visitors have come, {left} sessions are left with Express");
            let to_come = number - come;
            assert!((to_come.saturating_sub(AT_ONCE)..=to_come).contains(&left), "{left}");
        }
    }
    figures
}
