//! The one log line of a request. It carries the reference that the person sees, and never a query,
//! a cookie, a header beyond the user agent, or a body.

use std::net::IpAddr;

use stepwell_core::audit::encode;

/// The longest user agent and path that are logged, in characters.
const LONGEST: usize = 256;

/// What is said of a request once it was answered.
#[derive(Clone, Copy, Debug)]
pub struct RequestLine<'a> {
    /// Its method.
    pub method: &'a str,
    /// Its path, without the query.
    pub path: &'a str,
    /// The status that was answered.
    pub status: u16,
    /// How long the answer took, in microseconds.
    pub micros: u64,
    /// The reference that the person sees on an error page.
    pub reference: &'a str,
    /// The other end, as far as trusted proxies tell.
    pub client: Option<IpAddr>,
    /// Its `User-Agent`.
    pub user_agent: &'a str,
}

impl RequestLine<'_> {
    /// Writes the line, at the level `info`.
    pub fn write(&self) {
        // Cheaper than making the fields first when nobody listens.
        if !tracing::enabled!(target: "stepwell::request", tracing::Level::INFO) {
            return;
        }
        tracing::info!(
            target: "stepwell::request",
            method = %encode(self.method),
            path = %encode(cut(self.path)),
            status = self.status,
            duration_ms = self.micros as f64 / 1_000.0,
            reference = self.reference,
            client = self.client.map(tracing::field::display),
            user_agent = %encode(cut(self.user_agent)),
            "request"
        );
    }
}

fn cut(text: &str) -> &str {
    text.char_indices()
        .nth(LONGEST)
        .map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_user_agent_is_cut_between_characters() {
        assert_eq!(cut(&"ä".repeat(1_000)).chars().count(), LONGEST);
        assert_eq!(cut("short"), "short");
    }
}
