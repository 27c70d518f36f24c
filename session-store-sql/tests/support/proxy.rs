//! A network between the store and its server that the test can read along, slow down, and cut.

use std::marker::PhantomData;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::engine::Engine;
use super::protocol::{Protocol, Sent};
use super::with_parameter;

/// Where a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Before the server gets what is asked.
    Question,
    /// When it is done, before the client gets the answer.
    Answer,
}

#[derive(Default)]
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
    Next(Cut),
    /// One in so many, where and which by chance.
    OneIn(u32),
}

/// Passes bytes on between the store and a server.
pub(crate) struct Proxy<E: Engine> {
    port: u16,
    weather: Arc<Mutex<Weather>>,
    accepting: JoinHandle<()>,
    engine: PhantomData<E>,
}

impl<E: Engine> Drop for Proxy<E> {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl<E: Engine> Proxy<E> {
    /// Before the server of this URL.
    pub(crate) async fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let weather = Arc::<Mutex<Weather>>::default();
        Self {
            port: listener.local_addr().unwrap().port(),
            accepting: tokio::spawn(accept::<E>(listener, address(url), Arc::clone(&weather))),
            weather,
            engine: PhantomData,
        }
    }

    /// The URL of what is behind it, through it and not encrypted.
    pub(crate) fn url(&self, url: &str) -> String {
        let address = address(url).to_string();
        let url = url.replace(&address, &format!("127.0.0.1:{}", self.port));
        with_parameter(&url, E::UNENCRYPTED)
    }

    /// What was sent since this was asked last, by round trips. Those who entered or left are not in it.
    pub(crate) fn trips(&self) -> Vec<Vec<Sent>> {
        let mut trips = std::mem::take(&mut self.weather.lock().unwrap().trips);
        trips.retain(|trip| *trip != [Sent::Enter]);
        trips
    }

    /// Ends the connection over which the next statement comes.
    pub(crate) fn cut_next(&self, cut: Cut) {
        self.weather.lock().unwrap().cuts = Cuts::Next(cut);
    }

    /// Ends one in so many, by chance. Zero: none.
    pub(crate) fn cut_one_in(&self, number: u32) {
        self.weather.lock().unwrap().cuts = if number == 0 { Cuts::None } else { Cuts::OneIn(number) };
    }

    /// Whether what was to be cut has been.
    pub(crate) fn has_cut(&self) -> bool {
        matches!(self.weather.lock().unwrap().cuts, Cuts::None)
    }

    /// Answers come so much later.
    pub(crate) fn delay(&self, delay: Duration) {
        self.weather.lock().unwrap().delay = delay;
    }
}

fn address(url: &str) -> SocketAddr {
    let (_, rest) = url.split_once('@').unwrap();
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    rest[..end].parse().unwrap()
}

async fn accept<E: Engine>(listener: TcpListener, server: SocketAddr, weather: Arc<Mutex<Weather>>) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let Ok(server) = TcpStream::connect(server).await else {
            continue;
        };
        client.set_nodelay(true).unwrap();
        server.set_nodelay(true).unwrap();
        tokio::spawn(connect::<E>(client, server, Arc::clone(&weather)));
    }
}

/// What the two directions of a connection know of each other.
struct Turn {
    weather: Arc<Mutex<Weather>>,
    is_answered: AtomicBool,
    cuts_answer: AtomicBool,
}

async fn connect<E: Engine>(client: TcpStream, server: TcpStream, weather: Arc<Mutex<Weather>>) {
    let (questions, client) = client.into_split();
    let (answers, server) = server.into_split();
    let turn = Turn {
        weather,
        is_answered: AtomicBool::new(true),
        cuts_answer: AtomicBool::new(false),
    };
    // The end of one direction is that of the other.
    tokio::select! {
        () = ask::<E>(questions, server, &turn) => {}
        () = answer(answers, client, &turn) => {}
    }
}

async fn ask<E: Engine>(mut questions: OwnedReadHalf, mut server: OwnedWriteHalf, turn: &Turn) {
    let mut protocol = E::Protocol::default();
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length @ 1..) = questions.read(&mut buffer).await {
        let bytes = &buffer[..length];
        let sent = protocol.read(bytes);
        // Not what a connection begins with.
        let is_statement = sent.contains(&Sent::Prepare) || sent.contains(&Sent::Execute);
        {
            let mut weather = turn.weather.lock().unwrap();
            weather.note(sent, turn);
            match weather.cut().filter(|_| is_statement) {
                Some(Cut::Question) => {
                    weather.is_cut();
                    return;
                }
                Some(Cut::Answer) => {
                    weather.is_cut();
                    turn.cuts_answer.store(true, Ordering::SeqCst);
                }
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

    fn cut(&self) -> Option<Cut> {
        match self.cuts {
            Cuts::None => None,
            Cuts::Next(cut) => Some(cut),
            Cuts::OneIn(number) if fastrand::u32(..number) > 0 => None,
            Cuts::OneIn(_) if fastrand::bool() => Some(Cut::Question),
            Cuts::OneIn(_) => Some(Cut::Answer),
        }
    }

    fn is_cut(&mut self) {
        if matches!(self.cuts, Cuts::Next(_)) {
            self.cuts = Cuts::None;
        }
    }
}
