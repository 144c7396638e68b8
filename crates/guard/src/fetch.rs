//! Fetching an issuer's keys: metadata, then `jwks_uri`, over HTTP with bounds.
//! It must not cache; `jwks` does.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use reqwest::header::CACHE_CONTROL;
use serde::Deserialize;
use url::{Host, Url};

/// The most bytes read from the metadata or the key set.
const LARGEST: usize = 256 * 1024;

/// A future that a [`KeySource`] answers with.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where the guard gets an issuer's JWK Set from.
pub trait KeySource: Send + Sync + std::fmt::Debug {
    /// Fetches the current document.
    fn fetch(&self) -> Pending<'_, Result<FetchedKeys, FetchError>>;
}

/// A fetched JWK Set.
#[derive(Debug, Clone)]
pub struct FetchedKeys {
    /// The JSON document.
    pub document: Vec<u8>,
    /// The response's `Cache-Control: max-age` in seconds, if it had one.
    pub max_age: Option<u64>,
}

/// Why keys could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The request failed.
    #[error("{url} could not be fetched: {reason}")]
    Http {
        /// What was asked for.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// The metadata is not the configured issuer's (RFC 8414 §3.3).
    #[error("the metadata at {url} names the issuer '{found}', not the configured one")]
    OtherIssuer {
        /// Where the metadata was.
        url: String,
        /// The issuer it names.
        found: String,
    },
    /// An answer could not be used.
    #[error("{url} answered something unusable: {reason}")]
    Unusable {
        /// What was asked for.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Fetches over HTTP, beginning at the issuer's metadata unless the key set's address is known.
#[derive(Debug)]
pub(crate) struct HttpSource {
    client: reqwest::Client,
    /// For the loopback: what is not encrypted must not leave this machine by way of a proxy.
    direct: reqwest::Client,
    issuer: String,
    jwks_uri: Option<Url>,
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

impl HttpSource {
    pub(crate) fn new(issuer: &str, jwks_uri: Option<Url>) -> Result<Self, reqwest::Error> {
        Self::with(reqwest::Client::builder, issuer, jwks_uri)
    }

    fn with(
        begin: impl Fn() -> reqwest::ClientBuilder,
        issuer: &str,
        jwks_uri: Option<Url>,
    ) -> Result<Self, reqwest::Error> {
        let bounded = || {
            begin()
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(Duration::from_secs(3))
                .timeout(Duration::from_secs(5))
        };
        Ok(HttpSource {
            client: bounded().build()?,
            direct: bounded().no_proxy().build()?,
            issuer: issuer.to_owned(),
            jwks_uri,
        })
    }

    async fn fetch_keys(&self) -> Result<FetchedKeys, FetchError> {
        let jwks_uri = match &self.jwks_uri {
            Some(known) => known.clone(),
            None => self.discover().await?,
        };
        let (document, max_age) = self.get(&jwks_uri).await?;
        Ok(FetchedKeys { document, max_age })
    }

    async fn discover(&self) -> Result<Url, FetchError> {
        let url = format!(
            "{}/.well-known/openid-configuration",
            self.issuer.trim_end_matches('/')
        );
        let address = Url::parse(&url).map_err(|error| FetchError::Unusable {
            url: url.clone(),
            reason: error.to_string(),
        })?;
        let (document, _) = self.get(&address).await?;
        let metadata: Metadata =
            serde_json::from_slice(&document).map_err(|error| FetchError::Unusable {
                url: url.clone(),
                reason: error.to_string(),
            })?;
        if metadata.issuer != self.issuer {
            return Err(FetchError::OtherIssuer {
                url,
                found: metadata.issuer,
            });
        }
        Url::parse(&metadata.jwks_uri)
            .ok()
            .filter(is_safe)
            .ok_or_else(|| FetchError::Unusable {
                url,
                reason: "jwks_uri is neither https nor on the loopback".into(),
            })
    }

    async fn get(&self, url: &Url) -> Result<(Vec<u8>, Option<u64>), FetchError> {
        let failed = |error: reqwest::Error| FetchError::Http {
            url: url.to_string(),
            reason: error.without_url().to_string(),
        };
        let client = if is_loopback(url) {
            &self.direct
        } else {
            &self.client
        };
        let mut response = client.get(url.clone()).send().await.map_err(failed)?;
        if !response.status().is_success() {
            return Err(FetchError::Unusable {
                url: url.to_string(),
                reason: format!("status {}", response.status().as_u16()),
            });
        }
        let max_age = response
            .headers()
            .get(CACHE_CONTROL)
            .and_then(|value| value.to_str().ok())
            .and_then(max_age);
        let mut document = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if document.len() + chunk.len() > LARGEST {
                return Err(FetchError::Unusable {
                    url: url.to_string(),
                    reason: format!("more than {LARGEST} bytes"),
                });
            }
            document.extend_from_slice(&chunk);
        }
        Ok((document, max_age))
    }
}

impl KeySource for HttpSource {
    fn fetch(&self) -> Pending<'_, Result<FetchedKeys, FetchError>> {
        Box::pin(self.fetch_keys())
    }
}

/// A document given once, for tests and for issuers whose keys are pinned.
#[derive(Debug)]
pub(crate) struct PinnedSource(pub(crate) Vec<u8>);

impl KeySource for PinnedSource {
    fn fetch(&self) -> Pending<'_, Result<FetchedKeys, FetchError>> {
        Box::pin(async {
            Ok(FetchedKeys {
                document: self.0.clone(),
                max_age: Some(u64::MAX),
            })
        })
    }
}

/// Whether keys may be fetched from there: https, or plain http that never leaves this machine.
pub(crate) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The freshness lifetime of a `Cache-Control` value (RFC 9111 §5.2.2); 0 for `no-store` and
/// `no-cache`.
fn max_age(header: &str) -> Option<u64> {
    let mut found = None;
    for directive in header.split(',').map(str::trim) {
        if directive.eq_ignore_ascii_case("no-store") || directive.eq_ignore_ascii_case("no-cache")
        {
            return Some(0);
        }
        if let Some((name, value)) = directive.split_once('=')
            && name.trim().eq_ignore_ascii_case("max-age")
        {
            found = value.trim().trim_matches('"').parse().ok();
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::{HttpSource, KeySource, is_safe, max_age};

    /// Answers each request with this key set.
    fn serve(keys: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let _ = stream.read(&mut [0; 4096]);
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{keys}",
                    keys.len()
                );
            }
        });
        format!("http://{address}")
    }

    #[actix_web::test]
    async fn keys_on_the_loopback_are_never_asked_for_through_a_proxy() {
        let proxy = serve("by way of the proxy");
        let begin = || reqwest::Client::builder().proxy(reqwest::Proxy::all(&proxy).unwrap());
        let known = format!("{}/jwks", serve("from this machine"));
        let source =
            HttpSource::with(begin, "https://id.example", Some(known.parse().unwrap())).unwrap();
        let keys = source.fetch().await.unwrap();
        assert_eq!(
            String::from_utf8(keys.document).unwrap(),
            "from this machine"
        );
    }

    #[test]
    fn the_lifetime_of_the_keys_is_read_from_cache_control() {
        assert_eq!(max_age("public, max-age=900"), Some(900));
        assert_eq!(max_age("Max-Age=\"60\", must-revalidate"), Some(60));
        assert_eq!(max_age("max-age=60, no-store"), Some(0));
        assert_eq!(max_age("public"), None);
    }

    #[test]
    fn plain_http_is_only_for_the_loopback() {
        for (url, safe) in [
            ("https://id.example/jwks", true),
            ("http://localhost:7100/jwks", true),
            ("http://127.0.0.1/jwks", true),
            ("http://[::1]:1/jwks", true),
            ("http://id.example/jwks", false),
            ("http://localhost.evil.example/jwks", false),
            ("file:///etc/jwks", false),
        ] {
            assert_eq!(is_safe(&url.parse().unwrap()), safe, "{url}");
        }
    }
}
