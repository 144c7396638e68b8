//! A folder of pages on a loopback port, under the policy that the provider sends with its own pages. It
//! must not do more: no ranges, no caching, one request a connection.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

/// What every page of the provider is served with; `wire::pages` holds the provider to it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Serves a folder for as long as the test program lives, and gives its address.
#[track_caller]
pub fn serve(folder: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port can be bound");
    let address = listener.local_addr().expect("it has an address");
    let folder = folder.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let folder = folder.clone();
            std::thread::spawn(move || answer(stream, &folder));
        }
    });
    format!("http://{address}")
}

/// A browser that went away is nobody's failure.
fn answer(mut stream: TcpStream, folder: &Path) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let request = lines.next()?.ok()?;
    // Read to the end of the header, or closing would reset the connection.
    while lines.next()?.ok().is_some_and(|line| !line.is_empty()) {}
    let (status, kind, body) = match found(folder, request.split(' ').nth(1)?) {
        Some((kind, body)) => ("200 OK", kind, body),
        None => ("404 Not Found", "text/plain", Vec::new()),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
         Content-Security-Policy: {POLICY}\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    stream.write_all(&body).ok()
}

fn found(folder: &Path, path: &str) -> Option<(&'static str, Vec<u8>)> {
    let below: PathBuf = path.split('/').filter(|part| !part.is_empty()).collect();
    let plain = |part: std::path::Component<'_>| matches!(part, std::path::Component::Normal(_));
    if !below.components().all(plain) {
        return None;
    }
    let kind = match below.extension()?.to_str()? {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => return None,
    };
    Some((kind, std::fs::read(folder.join(below)).ok()?))
}
