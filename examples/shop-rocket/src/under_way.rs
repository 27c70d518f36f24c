//! Requests under way, which Rocket's shutdown is to wait for.

use std::time::Duration;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::{Data, Orbit, Request, Rocket};
use tokio::sync::watch::{Receiver, Sender};
use tokio::time::sleep;

/// How long connections need to close once nothing is under way on them.
const CLOSING: Duration = Duration::from_millis(250);

/// When it is asked to stop, Rocket looks once whether a connection is open, and if so waits for as long as requests may
/// take at most. By this fairing it looks when the last request is finished: connections without one are closed by then.
/// Rocket shows fairings a form when its first bytes are there: one that had not sent them is finished too, and waited for to
/// the end.
pub(crate) struct UnderWay(pub(crate) Sender<()>);

/// As long as a request lives, which is until its response is sent.
struct OneMore(#[expect(dead_code, reason = "what counts is that it is there")] Receiver<()>);

#[rocket::async_trait]
impl Fairing for UnderWay {
    fn info(&self) -> Info {
        Info {
            name: "Requests under way",
            kind: Kind::Request | Kind::Shutdown,
        }
    }

    async fn on_request(&self, request: &mut Request<'_>, _data: &mut Data<'_>) {
        request.local_cache(|| OneMore(self.0.subscribe()));
    }

    async fn on_shutdown(&self, _rocket: &Rocket<Orbit>) {
        self.0.closed().await;
        sleep(CLOSING).await;
    }
}
