//! What a client sends to the token, introspection and revocation endpoints: a form, and what proves who it is.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use stepwell_core::client::Client;
use stepwell_core::oauth::{OAuthError, Params};
use stepwell_engine::{Call, Engine, EngineError};

use crate::extract::form;

/// A request by a client; nothing is verified yet.
pub(super) struct ByClient {
    pub(super) params: Params,
    authorization: Option<String>,
}

impl ByClient {
    /// The form and the one Authorization header.
    pub(super) fn read(request: &HttpRequest, body: &[u8]) -> Result<Self, OAuthError> {
        let params = form::params(request, body)?;
        let mut headers = request.headers().get_all(AUTHORIZATION);
        let header = headers.next();
        if headers.next().is_some() {
            return Err(OAuthError::invalid_request(
                "RFC 6749 §2.3",
                "the Authorization header comes more than once",
            ));
        }
        let authorization = header
            .map(|value| value.to_str().map(str::to_owned))
            .transpose()
            .map_err(|_| {
                let text = "the Authorization header is not ASCII";
                OAuthError::invalid_request("RFC 6749 §2.3.1", text)
            })?;
        Ok(Self {
            params,
            authorization,
        })
    }

    /// The client, where that can be told without waiting for anything.
    pub(super) fn at_once(&self, engine: &Engine, call: &Call<'_>) -> Option<Arc<Client>> {
        engine.authenticate_at_once(call, &self.params, self.authorization.as_deref())
    }

    /// The client; what could be told at once is not asked again.
    pub(super) fn client(
        &self,
        engine: &Engine,
        call: &Call<'_>,
        known: Option<Arc<Client>>,
    ) -> Result<Arc<Client>, EngineError> {
        match known {
            Some(client) => Ok(client),
            None => engine.authenticate_client(call, &self.params, self.authorization.as_deref()),
        }
    }
}
