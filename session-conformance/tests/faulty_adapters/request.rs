//! What a request says of its session.

use std::net::SocketAddr;

use axum::extract::Request;
use axum::http::header::COOKIE;
use session_core::RequestInfo;

use super::fault::Fault;

/// The values of the header that has the session's id.
pub(crate) fn values(request: &Request, name: &str, fault: Option<Fault>) -> Vec<Vec<u8>> {
    let name = match fault {
        Some(Fault::ReadsCookiesOnly) => COOKIE.as_str(),
        _ => name,
    };
    let all = request
        .headers()
        .get_all(name)
        .iter()
        .map(|value| value.as_bytes().to_vec());
    match fault {
        Some(Fault::ReadsOneHeader) => all.take(1).collect(),
        Some(Fault::ReadsTextOnly | Fault::DropsLettersWithBytes) => all.filter(|header| header.is_ascii()).collect(),
        Some(Fault::DropsAllWithOne) => {
            let texts: Option<Vec<_>> = all.map(|header| String::from_utf8(header).ok()).collect();
            texts.unwrap_or_default().into_iter().map(String::into_bytes).collect()
        }
        Some(Fault::KeepsTheFirstOfAName) => all.map(|header| first_of_each_name(&header)).collect(),
        Some(Fault::KeepsTheLastOfAName) => {
            let turned = |header: Vec<u8>| turn(&first_of_each_name(&turn(&header)));
            all.map(turned).collect()
        }
        _ => all.collect(),
    }
}

fn pairs(header: &[u8]) -> Vec<&[u8]> {
    header.split(|byte| *byte == b';').map(<[u8]>::trim_ascii).collect()
}

fn first_of_each_name(header: &[u8]) -> Vec<u8> {
    let name = |pair: &[u8]| pair.split(|byte| *byte == b'=').next().map(<[u8]>::to_vec);
    let mut kept: Vec<&[u8]> = Vec::new();
    for pair in pairs(header) {
        if kept.iter().all(|known| name(known) != name(pair)) {
            kept.push(pair);
        }
    }
    kept.join(b"; ".as_slice())
}

fn turn(header: &[u8]) -> Vec<u8> {
    let mut pairs = pairs(header);
    pairs.reverse();
    pairs.join(b"; ".as_slice())
}

/// What is known of the connection.
pub(crate) fn describe(request: &Request, peer: Option<SocketAddr>, fault: Option<Fault>) -> RequestInfo<'_> {
    let mut info = RequestInfo::new();
    let proto = request.headers().get("x-forwarded-proto").map(|proto| proto.as_bytes());
    if let Some(proto) = proto {
        info = info.forwarded_proto(proto);
    }
    if let Some(peer) = peer.filter(|_| fault != Some(Fault::KnowsNoPeer)) {
        info = info.peer(peer.ip());
    }
    if fault == Some(Fault::BelievesAnyProxy) && proto == Some(b"https") {
        info = info.over_tls();
    }
    info
}
