//! The way back to the client: every code and every error leaves by it, with `iss` (RFC 9207).
//!
//! It is made by [`return_path`](super::request::return_path), once client and redirect URI are trusted, and again from
//! the request that was stored then. It decides nothing.

use url::form_urlencoded;

use super::error::OAuthError;
use crate::client::ResponseMode;

/// Where and how answers go. Not stored: the request that an interaction keeps says the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnPath {
    /// The registered redirect URI, as it was sent.
    pub redirect_uri: String,
    /// How the answer travels.
    pub response_mode: ResponseMode,
    /// Returned unchanged (RFC 6749 §4.1.1).
    pub state: Option<String>,
    /// `iss` of every answer (RFC 9207 §2).
    pub issuer: String,
}

/// An answer on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Return {
    /// Send the browser here (303, or a page that links here).
    Redirect {
        /// The redirect URI with the answer in its query: ASCII without controls.
        url: String,
    },
    /// Let the browser post these fields; the page escapes them.
    FormPost {
        /// The redirect URI.
        action: String,
        /// Names and plain values.
        fields: Vec<(&'static str, String)>,
    },
}

impl ReturnPath {
    /// The way back with a code (RFC 6749 §4.1.2).
    pub fn success(&self, code: &str) -> Return {
        self.answer(vec![("code", code.to_owned())])
    }

    /// The way back with an error (RFC 6749 §4.1.2.1).
    pub fn error(&self, error: &OAuthError) -> Return {
        self.answer(vec![
            ("error", error.code().as_str().to_owned()),
            ("error_description", error.wire_description()),
        ])
    }

    fn answer(&self, mut fields: Vec<(&'static str, String)>) -> Return {
        fields.extend(self.state.clone().map(|state| ("state", state)));
        fields.push(("iss", self.issuer.clone()));
        match self.response_mode {
            ResponseMode::FormPost => Return::FormPost {
                action: self.redirect_uri.clone(),
                fields,
            },
            ResponseMode::Query => Return::Redirect {
                url: append(&self.redirect_uri, &fields),
            },
        }
    }
}

/// Adds fields to the query of `uri`, keeping every byte of what is there (RFC 6749 §3.1.2).
fn append(uri: &str, fields: &[(&'static str, String)]) -> String {
    let mut url = uri.to_owned();
    let mut separator = match uri.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    for (name, value) in fields {
        url.push_str(separator);
        url.push_str(name);
        url.push('=');
        url.extend(form_urlencoded::byte_serialize(value.as_bytes()));
        separator = "&";
    }
    url
}

#[cfg(test)]
#[path = "return_path_tests.rs"]
mod tests;
