//! HTTP/1.1 on one kept-open connection, with as little work as it can be: the load generator shares
//! its cores with what it measures. It reads only what Stepwell sends: answers with a Content-Length.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(20);
/// A larger answer has failed too.
const LARGEST: usize = 1024 * 1024;

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, until the next request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'c> {
    /// Its status.
    pub(crate) status: u16,
    head: &'c str,
    /// Its body.
    pub(crate) body: &'c str,
}

impl<'c> Answer<'c> {
    /// This answer, when it has the status that is due.
    pub(crate) fn with_status(self, due: u16) -> Result<Self, String> {
        if self.status == due {
            return Ok(self);
        }
        let body: String = self.body.chars().take(400).collect();
        Err(format!(
            "status {} instead of {due}: {}\n{body}",
            self.status, self.head
        ))
    }

    /// Values of a header field, in order.
    pub(crate) fn headers(self, name: &str) -> impl Iterator<Item = &'c str> {
        self.head.lines().filter_map(move |line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The text member of this name in a flat JSON body.
    pub(crate) fn member(self, name: &str) -> Result<&'c str, String> {
        let found = self
            .body
            .split_once(&format!("\"{name}\":\""))
            .and_then(|(_, rest)| rest.split_once('"'));
        found
            .map(|(value, _)| value)
            .ok_or_else(|| format!("no {name} in {}", self.body))
    }
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, String> {
        let failed = |problem: std::io::Error| format!("{address} cannot be reached: {problem}");
        let stream = TcpStream::connect(address).await.map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(16 * 1024),
        })
    }

    /// Sends a whole request and reads the whole answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>, String> {
        let done = tokio::time::timeout(PATIENCE, self.exchange_patiently(request)).await;
        let head = done.map_err(|_| format!("no answer within {} s", PATIENCE.as_secs()))??;
        let text = std::str::from_utf8(&self.buffer).map_err(|problem| problem.to_string())?;
        let (head, body) = text.split_at(head);
        Ok(Answer {
            status: status(head)?,
            head: head.trim_end(),
            body,
        })
    }

    /// Leaves the answer in the buffer and says how long its head is.
    async fn exchange_patiently(&mut self, request: &[u8]) -> Result<usize, String> {
        let failed = |problem: std::io::Error| problem.to_string();
        self.buffer.clear();
        self.stream.write_all(request).await.map_err(failed)?;
        let mut whole = None;
        loop {
            if self
                .stream
                .read_buf(&mut self.buffer)
                .await
                .map_err(failed)?
                == 0
            {
                return Err("the server closed the connection".to_owned());
            }
            if whole.is_none() {
                whole = ends(&self.buffer)?;
            }
            match whole {
                Some((head, end)) if self.buffer.len() == end => return Ok(head),
                Some((_, end)) if self.buffer.len() > end => {
                    return Err("more than one answer came".to_owned());
                }
                _ if self.buffer.len() > LARGEST => {
                    return Err("the answer is too large".to_owned());
                }
                _ => {}
            }
        }
    }
}

/// Where the head ends and where the body ends, once the head is there.
fn ends(buffer: &[u8]) -> Result<Option<(usize, usize)>, String> {
    let Some(at) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&buffer[..at]).map_err(|problem| problem.to_string())?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    let length = length.ok_or_else(|| format!("an answer without Content-Length: {head}"))?;
    Ok(Some((at + 4, at + 4 + length)))
}

fn status(head: &str) -> Result<u16, String> {
    let status = head.split(' ').nth(1).and_then(|text| text.parse().ok());
    status.ok_or_else(|| format!("no status line: {head}"))
}

/// A GET, ready to send.
pub(crate) fn get(address: SocketAddr, path: &str, more: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: stepwell-bench\r\n{more}\r\n")
        .into_bytes()
}

/// A form, ready to send.
pub(crate) fn post(address: SocketAddr, path: &str, more: &str, form: &[(&str, &str)]) -> Vec<u8> {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: stepwell-bench\r\n{more}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
