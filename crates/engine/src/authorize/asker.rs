//! Who asks: an app, by an authorization request, or the provider itself, for one of its own pages.
//!
//! The two share the hub and its pages. Only an app has a redirect URI, and only for an app can a code be
//! issued: what issues one takes a [`ForClient`].

use std::sync::Arc;

use stepwell_core::authn::Request;
use stepwell_core::client::Client;
use stepwell_core::ids::{ClientId, UserId};
use stepwell_core::oauth::{AuthorizationRequest, ReturnPath};
use stepwell_core::time::Timestamp;

use super::demand::question;
use crate::here::{self, Here};
use crate::settings::Settings;

/// See the module.
#[derive(Clone, Debug)]
pub(crate) enum Asker {
    Client(Box<ForClient>),
    Here(Here),
}

/// An authorization request with its client.
#[derive(Clone, Debug)]
pub(crate) struct ForClient {
    pub(crate) client: Arc<Client>,
    pub(crate) request: AuthorizationRequest,
    /// Where the answer goes.
    pub(crate) path: ReturnPath,
    /// The person that a valid `id_token_hint` named.
    pub(crate) hinted: Option<UserId>,
}

impl Asker {
    /// The question put to the hub.
    pub(super) fn question(&self, settings: &Settings, began: Timestamp) -> Request {
        match self {
            Self::Client(app) => question(
                &app.request,
                &app.client,
                settings,
                app.hinted.as_ref(),
                began,
            ),
            Self::Here(here) => here.question(began),
        }
    }

    /// The app's id; the provider's own name is one that no registration can take.
    pub(crate) fn client_id(&self) -> ClientId {
        match self {
            Self::Client(app) => app.client.id.clone(),
            Self::Here(_) => ClientId::new(here::CLIENT_ID),
        }
    }

    /// What people know the asker by.
    pub(crate) fn name<'a>(&'a self, settings: &'a Settings) -> &'a str {
        match self {
            Self::Client(app) => &app.client.name,
            Self::Here(_) => &settings.product,
        }
    }

    /// The app, when it is one.
    pub(crate) fn app(&self) -> Option<&ForClient> {
        match self {
            Self::Client(app) => Some(app),
            Self::Here(_) => None,
        }
    }
}
