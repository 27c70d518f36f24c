//! A network between the store and its server that the test can read along, slow down, and cut.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// Reads what clients send.
pub trait Protocol: Default + Send + 'static {
    /// What begins in these bytes.
    fn read(&mut self, bytes: &[u8]) -> Vec<Sent>;
}

/// Something that a server is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// To let a client in, or go.
    Enter,
    /// To prepare a statement.
    Prepare,
    /// To run what was prepared, or a command.
    Execute,
    /// To run a text.
    Query,
    /// To say that it is there.
    Ping,
}

impl Sent {
    /// Whether it is what a store has to say, and not what a connection begins with.
    const fn is_statement(self) -> bool {
        matches!(self, Self::Prepare | Self::Execute)
    }
}

/// Where a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Before the server gets what is asked.
    Question,
    /// When it is done, before the client gets the answer.
    Answer,
}

#[derive(Debug, Default)]
struct Weather {
    /// What was sent after each answer: a round trip.
    trips: Vec<Vec<Sent>>,
    cuts: Cuts,
    delay: Duration,
}

#[derive(Clone, Copy, Debug, Default)]
enum Cuts {
    #[default]
    None,
    /// Once, when so many statements have passed.
    After(u32, Cut),
    /// One in so many, where and which by chance.
    OneIn(u32),
}

/// Passes bytes on between the store and a server.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    weather: Arc<Mutex<Weather>>,
    accepting: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Proxy {
    /// Before this server, which speaks `P`.
    pub async fn before<P: Protocol>(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let weather = Arc::<Mutex<Weather>>::default();
        Self {
            port: listener.local_addr().unwrap().port(),
            accepting: tokio::spawn(accept::<P>(listener, server, Arc::clone(&weather))),
            weather,
        }
    }

    /// The same URL, but through it. No other server may be in it.
    pub fn through(&self, url: &str) -> String {
        url.replace(&address(url).to_string(), &format!("127.0.0.1:{}", self.port))
    }

    /// What was sent since this was asked last, by round trips. Those who entered or left are not in it.
    pub fn trips(&self) -> Vec<Vec<Sent>> {
        let mut trips = std::mem::take(&mut self.weather.lock().unwrap().trips);
        trips.retain(|trip| *trip != [Sent::Enter]);
        trips
    }

    /// Ends the connection over which the next statement comes.
    pub fn cut_next(&self, cut: Cut) {
        self.cut_after(0, cut);
    }

    /// Lets so many statements pass, and ends the connection over which the next one comes.
    pub fn cut_after(&self, passing: u32, cut: Cut) {
        self.weather.lock().unwrap().cuts = Cuts::After(passing, cut);
    }

    /// Ends one in so many, by chance. Zero: none.
    pub fn cut_one_in(&self, number: u32) {
        self.weather.lock().unwrap().cuts = if number == 0 { Cuts::None } else { Cuts::OneIn(number) };
    }

    /// Whether what was to be cut has been.
    pub fn has_cut(&self) -> bool {
        matches!(self.weather.lock().unwrap().cuts, Cuts::None)
    }

    /// Answers come so much later.
    pub fn delay(&self, delay: Duration) {
        self.weather.lock().unwrap().delay = delay;
    }
}

/// Where the server of a URL is.
pub fn address(url: &str) -> SocketAddr {
    let (_, rest) = url.split_once("://").unwrap();
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, _) = rest.split_at(end);
    let (_, address) = authority.rsplit_once('@').unwrap_or(("", authority));
    address.parse().unwrap()
}

async fn accept<P: Protocol>(listener: TcpListener, server: SocketAddr, weather: Arc<Mutex<Weather>>) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let Ok(server) = TcpStream::connect(server).await else {
            continue;
        };
        client.set_nodelay(true).unwrap();
        server.set_nodelay(true).unwrap();
        tokio::spawn(connect::<P>(client, server, Arc::clone(&weather)));
    }
}

/// What the two directions of a connection know of each other.
struct Turn {
    weather: Arc<Mutex<Weather>>,
    is_answered: AtomicBool,
    cuts_answer: AtomicBool,
}

async fn connect<P: Protocol>(client: TcpStream, server: TcpStream, weather: Arc<Mutex<Weather>>) {
    let (questions, client) = client.into_split();
    let (answers, server) = server.into_split();
    let turn = Turn {
        weather,
        is_answered: AtomicBool::new(true),
        cuts_answer: AtomicBool::new(false),
    };
    // The end of one direction is that of the other.
    tokio::select! {
        () = ask::<P>(questions, server, &turn) => {}
        () = answer(answers, client, &turn) => {}
    }
}

async fn ask<P: Protocol>(mut questions: OwnedReadHalf, mut server: OwnedWriteHalf, turn: &Turn) {
    let mut protocol = P::default();
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length @ 1..) = questions.read(&mut buffer).await {
        let bytes = &buffer[..length];
        let sent = protocol.read(bytes);
        // Not what a connection begins with.
        let is_statement = sent.iter().any(|sent| sent.is_statement());
        {
            let mut weather = turn.weather.lock().unwrap();
            weather.note(sent, turn);
            match is_statement.then(|| weather.cut()).flatten() {
                Some(Cut::Question) => return,
                Some(Cut::Answer) => turn.cuts_answer.store(true, Ordering::SeqCst),
                None => {}
            }
        }
        if server.write_all(bytes).await.is_err() {
            return;
        }
    }
}

async fn answer(mut answers: OwnedReadHalf, mut client: OwnedWriteHalf, turn: &Turn) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length @ 1..) = answers.read(&mut buffer).await {
        if turn.cuts_answer.load(Ordering::SeqCst) {
            return;
        }
        let delay = turn.weather.lock().unwrap().delay;
        if !delay.is_zero() {
            sleep(delay).await;
        }
        // Before the client can know of it.
        turn.is_answered.store(true, Ordering::SeqCst);
        if client.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

impl Weather {
    fn note(&mut self, sent: Vec<Sent>, turn: &Turn) {
        if sent.is_empty() {
            return;
        }
        if turn.is_answered.swap(false, Ordering::SeqCst) {
            self.trips.push(Vec::new());
        }
        if let Some(trip) = self.trips.last_mut() {
            trip.extend(sent);
        }
    }

    /// Whether this statement is the one.
    fn cut(&mut self) -> Option<Cut> {
        match self.cuts {
            Cuts::None => None,
            Cuts::After(0, cut) => {
                self.cuts = Cuts::None;
                Some(cut)
            }
            Cuts::After(passing, cut) => {
                self.cuts = Cuts::After(passing - 1, cut);
                None
            }
            Cuts::OneIn(number) if fastrand::u32(..number) > 0 => None,
            Cuts::OneIn(_) if fastrand::bool() => Some(Cut::Question),
            Cuts::OneIn(_) => Some(Cut::Answer),
        }
    }
}
