//! A connection that neither waits for ever for a request's head nor takes one of any size (spec §5 line 104).
//!
//! actix bounds the first head of a connection, and the silence between two requests, but not a later head
//! that comes drop by drop: its first byte ends the silence. Here every head has the same time. A head that is too
//! large for it to read is answered here, because actix would say no more than 400. What bytes mean is looked at no
//! further than where a head ends; bodies have a bound of their own (`extract::body`).

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_rt::net::TcpStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// The largest head. What is smaller reaches `gate`, which has its own bounds and says more.
const LARGEST: usize = 60 * 1024;

const TOO_LONG: &[u8] =
    b"HTTP/1.1 414 URI Too Long\r\ncontent-type: text/plain\r\nconnection: close\r\n\
    content-length: 39\r\n\r\nThe address of this request is too long";
const TOO_LARGE: &[u8] =
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain\r\n\
    connection: close\r\ncontent-length: 41\r\n\r\nThe headers of this request are too large";

/// The requests of one connection, as far as their heads were complete.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests(Rc<Count>);

#[derive(Debug, Default)]
struct Count {
    begun: Cell<u64>,
    in_work: Cell<u32>,
    /// What still comes is the rest of a body that was refused, and no head.
    over: Cell<bool>,
}

/// A request in work; dropped with its answer.
#[derive(Debug)]
pub(crate) struct InWork(Rc<Count>);

impl Requests {
    /// Notes that a head is complete and its request is looked after.
    pub(crate) fn begin(&self) -> InWork {
        self.0.begun.set(self.0.begun.get().wrapping_add(1));
        self.0.in_work.set(self.0.in_work.get() + 1);
        InWork(Rc::clone(&self.0))
    }

    /// Notes that nothing more is taken from the connection.
    pub(crate) fn end(&self) {
        self.0.over.set(true);
    }
}

impl Drop for InWork {
    fn drop(&mut self) {
        self.0.in_work.set(self.0.in_work.get().saturating_sub(1));
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Connection<Io = TcpStream> {
    io: Io,
    requests: Requests,
    slowest: Duration,
    /// When a head that is not complete has to be, and how many requests had begun when it began.
    head: Option<(Instant, u64)>,
    /// How much of that head there is.
    size: Size,
    /// A head was too large and has been answered: what still comes is thrown away, so that the answer is read
    /// before the connection is reset.
    refused: bool,
    /// Left running when a head is complete, so that a busy connection sets no timer for each request.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<Io> Connection<Io> {
    /// A connection whose heads may take as long as `slowest`, each from its first byte.
    pub(crate) fn new(io: Io, slowest: Duration) -> Self {
        Self {
            io,
            requests: Requests::default(),
            slowest,
            head: None,
            size: Size::default(),
            refused: false,
            alarm: None,
        }
    }

    /// For the requests to note themselves.
    pub(crate) fn requests(&self) -> Requests {
        self.requests.clone()
    }

    /// Whether a head has not come to its end in time; else the task is woken when that may be so.
    fn is_overdue(&mut self, cx: &mut Context<'_>) -> bool {
        let Some((end, begun)) = self.head else {
            return false;
        };
        if self.requests.0.begun.get() != begun {
            self.head = None;
            return false;
        }
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(end)));
        while alarm.as_mut().poll(cx).is_ready() {
            if alarm.deadline() >= end {
                return true;
            }
            // It was set for an earlier head.
            alarm.as_mut().reset(end);
        }
        false
    }

    /// Bytes came. While no request is in work they are a head's. Says whether it grew too large.
    #[allow(
        clippy::disallowed_methods,
        reason = "measuring how long a head takes, at the edge"
    )]
    fn received(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> bool {
        if self.head.is_none() && self.requests.0.in_work.get() == 0 {
            self.head = Some((Instant::now() + self.slowest, self.requests.0.begun.get()));
            self.size = Size::default();
            self.is_overdue(cx);
        }
        self.head.is_some() && !self.requests.0.over.get() && self.size.add(bytes) > LARGEST
    }
}

/// How much of a head there is, up to its end.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    bytes: usize,
    /// The first line is whole.
    addressed: bool,
    /// Nothing but the end of a line came since the last one.
    blank: bool,
    ended: bool,
}

impl Size {
    fn add(&mut self, bytes: &[u8]) -> usize {
        for byte in bytes {
            if self.ended {
                break;
            }
            self.bytes += 1;
            match byte {
                b'\n' => {
                    self.ended = self.blank;
                    (self.addressed, self.blank) = (true, true);
                }
                b'\r' => {}
                _ => self.blank = false,
            }
        }
        self.bytes
    }
}

impl<Io: AsyncRead + AsyncWrite + Unpin> Connection<Io> {
    /// Answers a head that is too large. It fits what the system keeps for an idle connection, or is not told.
    fn refuse(&mut self, cx: &mut Context<'_>) {
        self.refused = true;
        let answer = if self.size.addressed {
            TOO_LARGE
        } else {
            TOO_LONG
        };
        let _ = Pin::new(&mut self.io).poll_write(cx, answer);
        let _ = Pin::new(&mut self.io).poll_shutdown(cx);
    }

    /// Throws away what still comes, to its end or to the end of the head's time.
    fn drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut rest = [0; 8 * 1024];
        loop {
            if self.is_overdue(cx) {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            let mut rest = ReadBuf::new(&mut rest);
            match Pin::new(&mut self.io).poll_read(cx, &mut rest) {
                Poll::Ready(Ok(())) if !rest.filled().is_empty() => {}
                other => return other,
            }
        }
    }
}

impl<Io: AsyncRead + AsyncWrite + Unpin> AsyncRead for Connection<Io> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.refused {
            return this.drain(cx);
        }
        if this.is_overdue(cx) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.io).poll_read(cx, buffer);
        if buffer.filled().len() > before && this.received(cx, &buffer.filled()[before..]) {
            buffer.set_filled(before);
            this.refuse(cx);
            return this.drain(cx);
        }
        read
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for Connection<Io> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.refused {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut this.io).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::time::sleep;

    use super::*;

    const SHORT: Duration = Duration::from_millis(300);

    /// Two ends of a wire, whose heads may take this long.
    fn wire(slowest: Duration) -> (DuplexStream, Connection<DuplexStream>) {
        let (client, server) = duplex(1024);
        (client, Connection::new(server, slowest))
    }

    async fn read(server: &mut Connection<DuplexStream>) -> io::Result<usize> {
        server.read(&mut [0; 64]).await
    }

    /// Sends one byte and lets the server read it.
    async fn drip(client: &mut DuplexStream, server: &mut Connection<DuplexStream>) {
        client.write_all(b"x").await.unwrap();
        assert_eq!(read(server).await.unwrap(), 1);
    }

    /// Drips until the server ends it.
    async fn dripped_off(client: &mut DuplexStream, server: &mut Connection<DuplexStream>) {
        let drops = async {
            loop {
                client.write_all(b"x").await.unwrap();
                sleep(SHORT / 20).await;
            }
        };
        let reads = async {
            loop {
                if let Err(error) = read(server).await {
                    return error.kind();
                }
            }
        };
        let ended = tokio::select! {
            never = drops => never,
            ended = reads => ended,
            () = sleep(SHORT * 60) => panic!("still open"),
        };
        assert_eq!(ended, io::ErrorKind::TimedOut);
    }

    #[actix_rt::test]
    async fn a_head_that_comes_drop_by_drop_ends_the_connection_whichever_it_is() {
        for earlier in 0..3 {
            let (mut client, mut server) = wire(SHORT);
            for _ in 0..earlier {
                drip(&mut client, &mut server).await;
                drop(server.requests().begin());
            }
            dripped_off(&mut client, &mut server).await;
        }
    }

    #[actix_rt::test]
    async fn silence_is_no_head_but_a_head_that_stops_half_way_ends_the_connection() {
        let (mut client, mut server) = wire(SHORT);
        drip(&mut client, &mut server).await;
        drop(server.requests().begin());
        sleep(SHORT * 2).await;
        drip(&mut client, &mut server).await;
        let ended = read(&mut server).await.unwrap_err();
        assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
    }

    #[actix_rt::test]
    async fn what_comes_while_a_request_is_in_work_has_the_time_of_the_request() {
        let (mut client, mut server) = wire(SHORT);
        drip(&mut client, &mut server).await;
        let in_work = server.requests().begin();
        for _ in 0..3 {
            drip(&mut client, &mut server).await;
            sleep(SHORT).await;
        }
        drop(in_work);
        dripped_off(&mut client, &mut server).await;
    }

    #[actix_rt::test]
    async fn a_head_that_is_too_large_is_answered_and_its_rest_thrown_away() {
        for (begin, status) in [("GET /?", "414"), ("GET / HTTP/1.1\r\nX: ", "431")] {
            let (mut client, mut server) = wire(SHORT * 100);
            let sends = async {
                client.write_all(begin.as_bytes()).await.unwrap();
                client.write_all(&vec![b'x'; 2 * LARGEST]).await.unwrap();
                let mut said = String::new();
                client.read_to_string(&mut said).await.unwrap();
                said
            };
            let reads = async {
                while read(&mut server).await.is_ok_and(|read| read > 0) {}
                std::future::pending::<String>().await
            };
            let said = tokio::select! { said = sends => said, never = reads => never };
            assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{said}");
        }
    }

    #[test]
    fn the_words_of_an_answer_are_as_many_as_it_says() {
        for answer in [TOO_LONG, TOO_LARGE] {
            let text = std::str::from_utf8(answer).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            let length = head.split_once("content-length: ").unwrap().1;
            assert_eq!(length, body.len().to_string());
        }
    }

    #[test]
    fn a_body_is_no_part_of_a_head() {
        let mut size = Size::default();
        let head = b"POST /token HTTP/1.1\r\nHost: x\r\n\r\n";
        assert_eq!(size.add(head), head.len());
        assert_eq!(size.add(&[b'x'; 2 * LARGEST]), head.len());
    }

    #[actix_rt::test]
    async fn whoever_sends_whole_heads_is_never_cut_off() {
        let slowest = Duration::from_secs(2);
        let (mut client, mut server) = wire(slowest);
        // Longer together than one head may take.
        for _ in 0..50 {
            drip(&mut client, &mut server).await;
            sleep(slowest / 40).await;
            drip(&mut client, &mut server).await;
            drop(server.requests().begin());
        }
    }
}
