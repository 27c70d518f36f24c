//! Shops that are stopped, and started again where they were.

use std::fs;
use std::path::Path;

use super::{Browser, Shop, command, folder};

fn in_folder(folder: &Path) -> Shop {
    Shop::start(command().arg("--insecure-http").current_dir(folder))
}

/// Signed in, with a mug, and another visitor with one.
fn visitors(shop: &Shop) -> [Browser; 2] {
    let mut ann = shop.signed_in("ann@example.com");
    let mut visitor = shop.browser();
    for browser in [&mut ann, &mut visitor] {
        browser.post("/cart/add", &[("item", "mug")]);
    }
    [ann, visitor]
}

fn are_back_in(shop: &Shop, visitors: [Browser; 2]) {
    let [mut ann, mut visitor] = visitors;
    for browser in [&mut ann, &mut visitor] {
        browser.address = shop.address;
        assert_eq!(browser.items(), ["mug"]);
    }
    assert_eq!(ann.get_json("/account").status, 200);
    assert_eq!(visitor.get_json("/account").status, 401);
}

#[test]
#[cfg(unix)]
fn sessions_survive_a_restart() {
    let folder = folder();
    let shop = in_folder(&folder);
    let visitors = visitors(&shop);
    assert_eq!(shop.stop().0, Some(0));
    are_back_in(&in_folder(&folder), visitors);
}

#[test]
fn sessions_survive_a_crash() {
    let folder = folder();
    let shop = in_folder(&folder);
    let visitors = visitors(&shop);
    // Killed, without a word.
    drop(shop);
    are_back_in(&in_folder(&folder), visitors);
}

#[test]
fn who_was_signed_out_stays_so_after_a_crash() {
    let folder = folder();
    let shop = in_folder(&folder);
    let [mut ann, _] = visitors(&shop);
    let mut stolen = ann.clone();
    ann.post("/destroy", &[]);
    drop(shop);
    let shop = in_folder(&folder);
    stolen.address = shop.address;
    assert_eq!(stolen.get_json("/account").status, 401);
}

/// Shops that start together agree on one secret.
#[test]
fn the_secret_is_made_once_and_is_for_its_owner_only() {
    let folder = folder();
    let (first, second) = std::thread::scope(|scope| {
        let both = [0, 1].map(|_| scope.spawn(|| in_folder(&folder)));
        let [first, second] = both.map(|shop| shop.join().unwrap());
        (first, second)
    });
    let mut ann = first.signed_in("ann@example.com");
    ann.address = second.address;
    assert_eq!(ann.get_json("/account").status, 200);
    let files = fs::read_dir(&folder).unwrap().map(|file| file.unwrap());
    let mut names: Vec<_> = files
        .map(|file| {
            #[cfg(unix)]
            assert_eq!(
                std::os::unix::fs::MetadataExt::mode(&file.metadata().unwrap()) & 0o77,
                0
            );
            file.file_name().into_string().unwrap()
        })
        .collect();
    names.sort();
    assert_eq!(names, ["shop.db", "shop.db-shm", "shop.db-wal", "shop.secret"]);
}
