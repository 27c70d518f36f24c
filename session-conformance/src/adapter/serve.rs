//! What an adapter's author writes, and how it is run.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;

use session_core::{SessionManager, Store};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::probe::Probe;
use crate::reference_store::ReferenceStore;
use crate::verdict::kept;

/// A framework with its adapter, as the contract sees it.
///
/// The one thing to write: an application with the adapter's middleware and one handler, which takes the session that the
/// adapter gives it, asks the [`Probe`] for the answer to the request's path, and turns the
/// [`Answer`](super::Answer) or the [`Error`](session_core::Error) into a response as any handler of that framework would.
pub trait Adapter: Send + Sync + 'static {
    /// Serves `site` until the future is dropped, which it never ends by itself.
    ///
    /// It runs on a tokio runtime of its own, with several threads, which is shut down with it. It need not be `Send`.
    fn serve(&self, site: Site) -> impl Future<Output = ()>;

    /// An empty store for the sessions of one site: the [`ReferenceStore`] unless an application wants to see its own one
    /// with its framework.
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(ReferenceStore::new())
    }

    /// Whether the framework hands on headers that are not UTF-8: `true`, unless it drops them before any middleware sees
    /// them. Then a `Cookie` header of that kind is held to do no harm, and the adapter's documentation has to say that the
    /// session in it is not found.
    fn hands_on_any_bytes(&self) -> bool {
        true
    }
}

/// What to serve, and where.
#[derive(Debug)]
#[non_exhaustive]
pub struct Site {
    /// Where to listen: the first visitors are waiting there. For a framework that will only bind for itself there is
    /// [`pass_on`].
    pub listener: TcpListener,
    /// Whose sessions the middleware gives out. `None`: leave the middleware out, as an application that forgot it, and
    /// keep the handler as it is.
    pub manager: Option<SessionManager>,
    /// Who knows the answers.
    pub probe: Probe,
}

/// Passes every connection to `listener` on to `address`, byte for byte, and never ends by itself.
///
/// For a framework that will only bind for itself: it listens on a port of its own, and this stands before it. To drop the
/// listener and bind its address would hang up on those who wait there, and another test may be faster.
pub async fn pass_on(listener: TcpListener, address: SocketAddr) {
    let listener = kept("the listener is one", tokio::net::TcpListener::from_std(listener));
    loop {
        let (client, _) = kept("connections are accepted", listener.accept().await);
        tokio::spawn(async move {
            // Whoever can't be passed on is hung up on, and says so.
            join(client, TcpStream::connect(address).await?).await
        });
    }
}

async fn join(mut client: TcpStream, mut server: TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await.map(drop)
}

/// Any [`Adapter`]. Cheap to clone.
#[derive(Clone)]
pub struct AnyAdapter(Arc<dyn Serve>);

impl AnyAdapter {
    /// Hides which one it is.
    pub fn new(adapter: impl Adapter) -> Self {
        Self(Arc::new(adapter))
    }

    pub(super) fn store(&self) -> Arc<dyn Store> {
        self.0.store()
    }

    pub(super) fn hands_on_any_bytes(&self) -> bool {
        self.0.hands_on_any_bytes()
    }

    pub(super) fn serve(&self, manager: Option<SessionManager>, probe: Probe) -> Server {
        let listener = kept(
            "loopback can be listened on",
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)),
        );
        kept("a socket need not block", listener.set_nonblocking(true));
        let address = kept("a socket has an address", listener.local_addr());
        let site = Site {
            listener,
            manager,
            probe,
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let adapter = Arc::clone(&self.0);
        std::thread::spawn(move || run(&*adapter, site, stopped));
        Server { address, _stop: stop }
    }
}

impl fmt::Debug for AnyAdapter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AnyAdapter").finish_non_exhaustive()
    }
}

/// An [`Adapter`] whose future has no name.
trait Serve: Send + Sync {
    fn serve(&self, site: Site) -> Pin<Box<dyn Future<Output = ()> + '_>>;
    fn store(&self) -> Arc<dyn Store>;
    fn hands_on_any_bytes(&self) -> bool;
}

impl<A: Adapter> Serve for A {
    fn serve(&self, site: Site) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(Adapter::serve(self, site))
    }

    fn store(&self) -> Arc<dyn Store> {
        Adapter::store(self)
    }

    fn hands_on_any_bytes(&self) -> bool {
        Adapter::hands_on_any_bytes(self)
    }
}

/// A site that is being served, until this is dropped.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    /// Dropping it stops the server.
    _stop: oneshot::Sender<()>,
}

fn run(adapter: &dyn Serve, site: Site, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = kept("there is a runtime for the server", runtime);
    runtime.block_on(async {
        tokio::select! {
            () = adapter.serve(site) => {}
            _ = stopped => {}
        }
    });
    runtime.shutdown_background();
}
