//! Who is compared.

use session_bench::{Entrant, Runtimes};

use crate::contestant::Contestant;
use crate::mongo::Mongo;
use crate::programs::Programs;
use crate::redis_server::Server as Redis;

/// The shops: the one with sessions and its name with each kind of them, the one without.
const SHOPS: [Shop; 3] = [
    Shop {
        program: "shop-axum",
        shared: "axum",
        in_memory: "axum, in memory",
        plain_program: "plain-axum",
        plain: "axum, no sessions",
    },
    Shop {
        program: "shop-actix",
        shared: "actix-web",
        in_memory: "actix-web, in memory",
        plain_program: "plain-actix",
        plain: "actix-web, no sessions",
    },
    Shop {
        program: "shop-rocket",
        shared: "Rocket",
        in_memory: "Rocket, in memory",
        plain_program: "plain-rocket",
        plain: "Rocket, no sessions",
    },
];

struct Shop {
    program: &'static str,
    shared: &'static str,
    in_memory: &'static str,
    plain_program: &'static str,
    plain: &'static str,
}

/// All servers.
pub(crate) struct LineUp {
    /// Express first.
    on_redis: Vec<Contestant>,
    on_mongo: Vec<Contestant>,
    in_memory: Vec<Contestant>,
    plain: Vec<Contestant>,
}

impl LineUp {
    /// With so many visitors each.
    pub(crate) fn start(
        runtimes: &Runtimes,
        count: usize,
        programs: &Programs,
        redis: &Redis,
        mongo: &Mongo,
    ) -> Result<Self, String> {
        let with = |name, process| Contestant::with_sessions(name, process, runtimes, count);
        let without = |name, process| Contestant::without_sessions(name, process, runtimes, count);
        mongo.clear(runtimes);
        // Each has a database of its own.
        let (redis, _) = redis.url.rsplit_once('/').unwrap();
        let mut line_up = Self {
            on_redis: vec![with("Express", programs.express(&format!("{redis}/0"))?)],
            on_mongo: vec![with("Express", programs.express(&mongo.database("express"))?)],
            in_memory: Vec::new(),
            plain: Vec::new(),
        };
        for (number, shop) in (1..).zip(SHOPS) {
            let in_redis = programs.shop(shop.program, &format!("{redis}/{number}"))?;
            let in_mongo = programs.shop(shop.program, &mongo.database(shop.program))?;
            line_up.on_redis.push(with(shop.shared, in_redis));
            line_up.on_mongo.push(with(shop.shared, in_mongo));
            let in_memory = programs.shop(shop.program, "memory:")?;
            line_up.in_memory.push(with(shop.in_memory, in_memory));
            line_up
                .plain
                .push(without(shop.plain, programs.plain(shop.plain_program)?));
        }
        line_up.assert_same_page();
        Ok(line_up)
    }

    /// Each case with its entrants, Express first.
    pub(crate) fn cases(&self) -> [(&'static str, Vec<&Entrant>); 4] {
        let on_redis = || self.on_redis.iter().chain(&self.in_memory).chain(&self.plain);
        let on_mongo = || self.on_mongo.iter().chain(&self.plain);
        [
            ("view cart, Redis", on_redis().map(|one| &one.view).collect()),
            ("add to cart, Redis", on_redis().map(|one| &one.add).collect()),
            ("view cart, MongoDB", on_mongo().map(|one| &one.view).collect()),
            ("add to cart, MongoDB", on_mongo().map(|one| &one.add).collect()),
        ]
    }

    /// How long the page is.
    pub(crate) fn page_bytes(&self) -> usize {
        self.plain[0].page.len()
    }

    /// Has each visitor look into the cart once more, which shows all that was added to it.
    pub(crate) fn assert_complete_carts(&self, runtimes: &Runtimes, count: usize) {
        self.all().for_each(|one| runtimes.warm_up(&one.view, count));
    }

    /// All show the same, but for the versions in addresses of pictures and styles.
    fn assert_same_page(&self) {
        let first = without_versions(&self.plain[0].page);
        for other in self.all() {
            let page = without_versions(&other.page);
            assert!(page == first, "{} shows something else:\n{page}\n{first}", other.name);
        }
    }

    fn all(&self) -> impl Iterator<Item = &Contestant> {
        let shared = self.on_redis.iter().chain(&self.on_mongo);
        shared.chain(&self.in_memory).chain(&self.plain)
    }
}

fn without_versions(page: &str) -> String {
    let mut parts = page.split("?v=");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |page, part| page + &part[8..])
}
