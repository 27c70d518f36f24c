//! Requests as a browser sends them.

const HEAD: &str = "Host: localhost\r\nConnection: keep-alive\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\n\
    Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-User: ?1\r\n";

/// With this as its `Cookie`.
pub(crate) fn get(path: &str, cookie: &str) -> String {
    format!("GET {path} HTTP/1.1\r\n{HEAD}Cookie: {cookie}\r\n\r\n")
}

pub(crate) fn post(path: &str, cookie: &str, form: &str) -> String {
    let length = form.len();
    format!(
        "POST {path} HTTP/1.1\r\n{HEAD}Cookie: {cookie}\r\nOrigin: http://localhost\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    )
}
