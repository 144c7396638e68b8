//! A connection that does not wait for ever for a request's head (spec §5 line 104).
//!
//! actix bounds the first head of a connection, and the silence between two requests, but not a later head
//! that comes drop by drop: its first byte ends the silence. Here every head has the same time. What bytes mean
//! is not looked at; bodies have a bound of their own (`extract::body`).

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_rt::net::TcpStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// The requests of one connection, as far as their heads were complete.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests(Rc<Count>);

#[derive(Debug, Default)]
struct Count {
    begun: Cell<u64>,
    in_work: Cell<u32>,
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

    /// Bytes came. While no request is in work they are a head's.
    #[allow(
        clippy::disallowed_methods,
        reason = "measuring how long a head takes, at the edge"
    )]
    fn received(&mut self, cx: &mut Context<'_>) {
        if self.head.is_none() && self.requests.0.in_work.get() == 0 {
            self.head = Some((Instant::now() + self.slowest, self.requests.0.begun.get()));
            self.is_overdue(cx);
        }
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for Connection<Io> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.is_overdue(cx) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.io).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            this.received(cx);
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
        Pin::new(&mut self.get_mut().io).poll_write(cx, bytes)
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
