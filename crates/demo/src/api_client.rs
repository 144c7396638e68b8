//! The bank's front calling its own API over HTTP, with an access token, like any client.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use serde_json::Value;

use crate::order::Order;

/// A request to the API and its answer, as the panel shows it.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) method: &'static str,
    pub(crate) url: String,
    pub(crate) status: u16,
    pub(crate) challenge: Option<String>,
    pub(crate) body: Value,
}

#[derive(Debug)]
pub(crate) struct ApiClient {
    http: reqwest::Client,
    /// Where this very server listens, which may not be where people reach it.
    internal: String,
    public: String,
}

impl ApiClient {
    pub(crate) fn new(listening: SocketAddr, public: &str) -> Result<Self, reqwest::Error> {
        let ip = match listening.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .build()?;
        Ok(ApiClient {
            http,
            internal: format!("http://{}", SocketAddr::new(ip, listening.port())),
            public: public.to_owned(),
        })
    }

    pub(crate) async fn balance(&self, access_token: &str) -> Result<Exchange, reqwest::Error> {
        self.call(Method::GET, "/api/balance", access_token, None)
            .await
    }

    pub(crate) async fn order(
        &self,
        access_token: &str,
        order: &Order,
    ) -> Result<Exchange, reqwest::Error> {
        let body = order.body();
        self.call(Method::POST, order.path(), access_token, Some(&body))
            .await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        access_token: &str,
        body: Option<&Value>,
    ) -> Result<Exchange, reqwest::Error> {
        let shown = if method == Method::GET { "GET" } else { "POST" };
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.internal))
            .bearer_auth(access_token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        Ok(Exchange {
            method: shown,
            url: format!("{}{path}", self.public),
            status: response.status().as_u16(),
            challenge: bearer(response.headers()),
            body: response.json().await.unwrap_or(Value::Null),
        })
    }
}

/// The first `Bearer` challenge; an API may offer other schemes before it.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(WWW_AUTHENTICATE).iter();
    let mut said = all.filter_map(|value| value.to_str().ok());
    let ours = |value: &&str| {
        let scheme = value.get(..6);
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"))
    };
    said.find(ours).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn a_bearer_challenge_is_found_behind_another_scheme() {
        let mut headers = HeaderMap::new();
        for value in ["DPoP algs=\"ES256\"", "bearer realm=\"x\""] {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(value));
        }
        assert_eq!(bearer(&headers).as_deref(), Some("bearer realm=\"x\""));
    }
}
