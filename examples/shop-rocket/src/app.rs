//! Which path leads where.

use rocket::shield::Shield;
use rocket::{Build, Config, Rocket, Route, routes};
use session_kit::SessionManager;
use session_kit::rocket::SessionFairing;
use tokio::sync::watch;

use crate::catchers;
use crate::fallback::fallback;
use crate::headers::FinishPages;
use crate::routes::{account, assets, cart, devices, health, login, products};
use crate::same_origin::refuse_forms_of_other_sites;
use crate::under_way::UnderWay;

pub(crate) fn app(config: &Config, sessions: SessionManager) -> Rocket<Build> {
    let pages = routes![
        products::show,
        login::show,
        login::sign_in,
        login::sign_out,
        account::destroy,
        account::show,
        cart::show,
        cart::add,
        cart::remove,
        devices::show,
        devices::revoke,
        devices::revoke_others,
    ];

    // These have no session to touch.
    let mut others = routes![health::show];
    others.extend(assets::routes());

    let fallback = fallback(pages.iter().chain(&others));
    let finish_pages = FinishPages {
        others: others.iter().map(|route| route.uri.path().to_owned()).collect(),
    };
    rocket::custom(config)
        .mount("/", others)
        .mount("/", guarded(pages))
        .mount("/", guarded(fallback))
        .register("/", catchers::all())
        // Without a header of its own: pages have the shop's.
        .attach(Shield::new())
        .attach(SessionFairing::new(sessions))
        .attach(finish_pages)
        .attach(UnderWay(watch::Sender::new(())))
}

fn guarded(routes: Vec<Route>) -> Vec<Route> {
    routes.into_iter().map(refuse_forms_of_other_sites).collect()
}
