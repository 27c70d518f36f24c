//! Which path leads where.

use rocket::shield::Shield;
use rocket::{Build, Config, Rocket, State, get, post, routes};
use session_kit::SessionManager;
use shop::requests::cart::AddForm;
use shop::{FixedCart, Reply};
use tokio::sync::watch;

use crate::form::Form;
use crate::format::Wanted;
use crate::headers::FinishPages;
use crate::respond::{Answer, Rendered};
use crate::same_origin::refuse_forms_of_other_sites;
use crate::under_way::UnderWay;
use crate::{catchers, everybody};

pub(crate) fn app(config: &Config, _sessions: SessionManager) -> Rocket<Build> {
    let cart = FixedCart::new(everybody::EMAIL, &everybody::LINES).unwrap();
    let pages = routes![show, add].into_iter().map(refuse_forms_of_other_sites);
    let finish_pages = FinishPages { others: Vec::new() };
    rocket::custom(config)
        .mount("/", pages.collect::<Vec<_>>())
        .register("/", catchers::all())
        .attach(Shield::new())
        .attach(finish_pages)
        .attach(UnderWay(watch::Sender::new(())))
        .manage(cart)
}

#[get("/cart")]
async fn show(cart: &State<FixedCart>, _wanted: Wanted) -> Answer {
    Ok(Rendered(cart.show()))
}

#[post("/cart/add", data = "<form>")]
async fn add(cart: &State<FixedCart>, _wanted: Wanted, form: Form<AddForm>) -> Answer {
    let refusal = || Reply::Text(422, String::new());
    Ok(Rendered(cart.add(&form.0).unwrap_or_else(refusal)))
}
