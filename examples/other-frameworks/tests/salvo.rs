//! The promises to a browser, kept under salvo.

#![expect(clippy::unwrap_used, reason = "these are tests")]

mod visit;

use std::net::TcpListener;

use other_frameworks::salvo::{Session, SessionError, sessions};
use salvo::conn::tcp::TcpAcceptor;
use salvo::http::{StatusCode, StatusError};
use salvo::{Request, Response, Router, Scribe, Server, Writer, handler};
use session_conformance::adapter::{Adapter, Answer, Probe, Site};
use session_kit::SessionManager;

struct SalvoAdapter;

impl Adapter for SalvoAdapter {
    async fn serve(&self, site: Site) {
        let pages = Router::with_path("{page}").get(Page(site.probe));
        serve(site.listener, site.manager, pages).await;
    }
}

async fn serve(listener: TcpListener, manager: Option<SessionManager>, pages: Router) {
    let mut router = Router::new();
    if let Some(manager) = manager {
        router = router.hoop(sessions(manager));
    }
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let acceptor = TcpAcceptor::try_from(listener).unwrap();
    Server::new(acceptor).serve(router.push(pages)).await;
}

struct Page(Probe);

#[handler]
impl Page {
    async fn handle(&self, request: &Request, session: Session) -> Result<Reply, SessionError> {
        let answer = self.0.answer(request.uri().path(), session.0).await?;
        Ok(Reply(answer))
    }
}

struct Reply(Answer);

impl Scribe for Reply {
    fn render(self, response: &mut Response) {
        response.status_code(StatusCode::from_u16(self.0.status).unwrap());
        for (name, value) in self.0.headers {
            response.headers_mut().append(name, value.parse().unwrap());
        }
        response.stream(self.0.body);
    }
}

session_conformance::adapter_contract!(SalvoAdapter);

#[tokio::test]
async fn an_error_counts_by_its_status_and_has_the_page_that_salvo_makes() {
    #[handler]
    async fn page(request: &mut Request, session: Session) -> Result<String, StatusError> {
        let visits = visit::count(&session).await;
        match request.param::<u16>("page") {
            Some(status) => Err(StatusError::from_code(status.try_into().unwrap()).unwrap()),
            None => Ok(visits.to_string()),
        }
    }
    let (listener, address) = visit::listener();
    let pages = Router::with_path("{page}").get(page);
    tokio::spawn(serve(listener, Some(visit::manager()), pages));
    visit::assert_that_an_error_counts_by_its_status(address).await;
    let error = visit::visit(address, "/404", "").await;
    assert!(error.body.contains("404"), "the page of an error is salvo's");
}
