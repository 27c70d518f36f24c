//! The README's program is the one in `examples/counter.rs`, and answers as the README shows.

#![expect(clippy::unwrap_used, reason = "a README that can't be read is a failed test")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

#[expect(dead_code, reason = "its `main` is for `cargo run --example counter`")]
#[path = "../examples/counter.rs"]
mod counter;

const README: &str = include_str!("../README.md");
const PROGRAM: &str = include_str!("../examples/counter.rs");

/// The fenced blocks of this language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README
        .split(&fence)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect()
}

/// One request on a connection of its own, and all that came back.
fn get(address: SocketAddr, cookie: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{cookie}\r\n"
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

/// What of an answer is the same every time, and is shown: no date, and a cookie value that is cut short.
fn shown(response: &str) -> String {
    let lines = response
        .lines()
        .filter(|line| !line.starts_with("date:") && !line.starts_with("connection:"));
    let lines = lines.map(|line| match line.split_once("session=") {
        Some((before, rest)) => {
            let (value, after) = rest.split_once(';').unwrap();
            assert_eq!(value.len(), 87, "an id and a signature");
            format!("{before}session=qj3R..8w;{after}")
        }
        None => line.to_owned(),
    });
    lines.map(|line| line + "\n").collect()
}

#[test]
fn the_program_is_the_example() {
    assert_eq!(blocks("rust").first(), Some(&PROGRAM));
    assert!(PROGRAM.lines().count() <= 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_transcript_is_what_the_program_answers() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = counter::app().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    let (first, second) = tokio::task::spawn_blocking(move || {
        let first = get(address, "");
        let cookie = first.split("set-cookie: ").nth(1).unwrap().split(';').next().unwrap();
        let second = get(address, &format!("Cookie: {cookie}\r\n"));
        (first, second)
    })
    .await
    .unwrap();
    server.abort();

    let transcript = blocks("console")[1];
    for answer in [&first, &second] {
        let answer = shown(answer);
        assert!(transcript.contains(&answer), "not in the README:\n{answer}");
    }
}
