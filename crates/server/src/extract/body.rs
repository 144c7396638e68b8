//! The body of a request, read before any handler: bounded in size and in time, for every address alike.
//!
//! Nothing here looks at what a body says.

use std::fmt;
use std::future::{Ready, poll_fn, ready};
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BodyStream, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::web::Bytes;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest};

/// Largest body that is read, in bytes.
pub(crate) const LARGEST: usize = 64 * 1024;
/// Longest time that a body may take to arrive.
const SLOWEST: Duration = Duration::from_secs(10);

/// What is left of a body that was not read to its end.
pub(crate) type Rest = Pin<Box<BodyStream<Payload>>>;

/// An answer to a request whose body was not read to its end. While the rest lives the connection is
/// known to be in the middle of a body and is closed after the answer; dropped before, the rest of a
/// chunked body would be waited for without end.
pub(crate) struct Last {
    answer: BoxBody,
    _rest: Rest,
}

impl Last {
    pub(crate) fn new(answer: BoxBody, rest: Rest) -> Self {
        Self {
            answer,
            _rest: rest,
        }
    }
}

impl MessageBody for Last {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.answer.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.answer).poll_next(cx)
    }
}

impl fmt::Debug for Last {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Last")
            .field("answer", &self.answer)
            .finish_non_exhaustive()
    }
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// More than [`LARGEST`].
    TooLarge,
    /// Not there in time (RFC 9110 §15.5.9).
    TooSlow,
    /// Not framed as HTTP has it, or the other end went away.
    Broken,
}

/// The whole body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body(Vec<u8>);

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl FromRequest for Body {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = request.extensions_mut().remove::<Self>();
        ready(Ok(read.unwrap_or_default()))
    }
}

/// Reads the body, for [`Body`] to be taken by a handler.
pub(crate) async fn read(request: &mut ServiceRequest) -> Result<(), (Refusal, Rest)> {
    let headers = request.headers();
    let announced = headers.get(CONTENT_LENGTH);
    if announced.is_none() && !headers.contains_key(TRANSFER_ENCODING) {
        return Ok(());
    }
    let length = announced.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let mut rest = Box::pin(BodyStream::new(request.take_payload()));
    if length.is_some_and(|length| length > LARGEST as u64) {
        return Err((Refusal::TooLarge, rest));
    }
    let read = tokio::time::timeout(SLOWEST, collect(&mut rest)).await;
    match read.unwrap_or(Err(Refusal::TooSlow)) {
        Ok(body) => {
            request.extensions_mut().insert(body);
            Ok(())
        }
        Err(refusal) => Err((refusal, rest)),
    }
}

async fn collect(rest: &mut Rest) -> Result<Body, Refusal> {
    let mut body = Vec::new();
    while let Some(chunk) = poll_fn(|cx| rest.as_mut().poll_next(cx)).await {
        let chunk = chunk.map_err(|_| Refusal::Broken)?;
        if body.len() + chunk.len() > LARGEST {
            return Err(Refusal::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Body(body))
}
