//! Requests of one visitor that overlap: nothing is lost, and what is dead stays dead.

use std::sync::Barrier;
use std::thread;

use super::{Browser, Reply, Shop};

const TABS: usize = 100;
const ROUNDS: usize = 5;

/// Somebody with something in the cart, so that all tabs have one cookie.
fn visitor(shop: &Shop) -> Browser {
    let mut visitor = shop.browser();
    visitor.post("/cart/add", &[("item", "first")]);
    visitor
}

/// What each tab does, all at once, in the order of their numbers.
fn in_tabs<T: Send>(visitor: &Browser, tabs: usize, act: impl Fn(usize, Browser) -> T + Sync) -> Vec<T> {
    let start = &Barrier::new(tabs);
    let act = &act;
    thread::scope(|scope| {
        let tab = |number| {
            let browser = visitor.clone();
            scope.spawn(move || {
                start.wait();
                act(number, browser)
            })
        };
        let running: Vec<_> = (0..tabs).map(tab).collect();
        running.into_iter().map(|tab| tab.join().unwrap()).collect()
    })
}

fn add(browser: &mut Browser, item: &str) -> Reply {
    let reply = browser.post("/cart/add", &[("item", item)]);
    assert_eq!(reply.redirects_to(), Some("/"));
    reply
}

#[test]
fn a_hundred_different_items_at_once_are_a_hundred_items() {
    let shop = Shop::open();
    let mut visitor = visitor(&shop);
    in_tabs(&visitor, TABS, |number, mut tab| {
        add(&mut tab, &format!("item {number:03}"))
    });
    let mut expected: Vec<_> = (0..TABS).map(|number| format!("item {number:03}")).collect();
    expected.insert(0, "first".to_owned());
    expected.sort();
    assert_eq!(visitor.items(), expected);
}

#[test]
fn a_hundred_times_one_item_at_once_is_a_hundred_of_it() {
    let shop = Shop::open();
    let mut visitor = visitor(&shop);
    in_tabs(&visitor, TABS, |_, mut tab| add(&mut tab, "mug"));
    let hundred = u64::try_from(TABS).unwrap();
    assert_eq!(visitor.cart(), [("first".to_owned(), 1), ("mug".to_owned(), hundred)]);
}

#[test]
fn pages_that_take_the_notice_disturb_no_add() {
    let shop = Shop::open();
    let mut visitor = visitor(&shop);
    in_tabs(&visitor, TABS, |number, mut tab| {
        if number % 2 == 0 {
            add(&mut tab, "mug");
        } else {
            assert_eq!(tab.get("/").status, 200);
        }
    });
    let half = u64::try_from(TABS / 2).unwrap();
    assert_eq!(visitor.cart(), [("first".to_owned(), 1), ("mug".to_owned(), half)]);
}

/// An add that came with the old cookie and had not loaded the session before the sign-in is told so: that id is dead.
#[test]
fn adds_that_had_loaded_before_a_sign_in_are_in_the_cart() {
    for _ in 0..ROUNDS {
        let shop = Shop::that_logs_loads();
        let mut old = visitor(&shop);
        let tabs = in_tabs(&old, TABS, |number, mut tab| {
            if number == TABS / 2 {
                let reply = tab.post("/login", &[("email", "ann@example.com"), ("password", "demo")]);
                return (tab, reply.status);
            }
            let reply = tab.post("/cart/add", &[("item", &format!("item {number:03}"))]);
            assert!(!reply.sets_cookie(), "it would undo the sign-in");
            (tab, reply.status)
        });
        let adds_with =
            |status| tabs.iter().filter(|(_, answered)| *answered == status).count() - usize::from(status == 303);
        let (in_the_cart, too_late) = (adds_with(303), adds_with(409));
        assert_eq!(in_the_cart + too_late, TABS - 1);

        let (mut ann, _) = tabs.into_iter().nth(TABS / 2).unwrap();
        assert_eq!(old.cart(), []);
        assert_eq!(old.get_json("/account").status, 401);
        assert_eq!(
            ann.cart().len() - 1,
            in_the_cart,
            "what was answered with success is there"
        );
        let (_, log) = shop.stop();
        let (_, rotated) = log.split_once("session rotated from=").unwrap();
        let (old_handle, _) = rotated.split_once(' ').unwrap();
        let loaded = format!("session loaded session={old_handle}");
        assert_eq!(log.lines().filter(|line| line.contains(&loaded)).count(), in_the_cart);
    }
}

#[test]
fn two_sign_ins_at_once_both_have_the_cart() {
    let shop = Shop::open();
    for _ in 0..ROUNDS {
        let visitor = visitor(&shop);
        let mut tabs = in_tabs(&visitor, 2, |_, mut tab| {
            tab.post("/login", &[("email", "ann@example.com"), ("password", "demo")]);
            tab
        });
        for tab in &mut tabs {
            assert_eq!(tab.get_json("/account").status, 200);
        }
        assert!(tabs.iter_mut().any(|tab| tab.items() == ["first"]));
    }
}

#[test]
fn a_request_that_overlaps_a_destroy_brings_nothing_back() {
    let shop = Shop::open();
    for _ in 0..ROUNDS {
        let mut visitor = visitor(&shop);
        visitor.post("/login", &[("email", "ann@example.com"), ("password", "demo")]);
        in_tabs(&visitor, TABS, |number, mut tab| {
            if number == TABS / 2 {
                assert_eq!(tab.post("/destroy", &[]).redirects_to(), Some("/"));
                assert_eq!(tab.cookie, None);
                return;
            }
            let mut old = tab.clone();
            add(&mut tab, "mug");
            // The second one begins before the destroy, or after it.
            add(&mut old.clone(), "tin");
            old.get("/");
        });
        let mut old = visitor;
        assert_eq!(old.cart(), []);
        assert_eq!(old.get_json("/account").status, 401);
        add(&mut old.clone(), "late");
        assert_eq!(old.cart(), [], "an id that is dead is not taken up again");
    }
}
