//! OAuth 2.0 and OpenID Connect as values: what a request says, whether it may say so, and how its
//! answer travels back.
//!
//! Nothing here knows who is signed in or decides about people: that is `authn`. Nothing reads a
//! clock, a database or a socket.

pub mod claims;
pub mod error;
pub mod params;
pub mod pkce;
pub mod redirect_uri;
pub mod request;
pub mod return_path;
pub mod scope;

pub use claims::ClaimsRequest;
pub use error::{ErrorCode, OAuthError};
pub use params::Params;
pub use request::{AcrRequest, AuthorizationRequest, Problem, ProblemKind, Prompt, ServerRules};
pub use return_path::{Return, ReturnPath};
pub use scope::Scope;
