//! Why a token or a key was refused. The texts are for logs and developers; none repeats the token.

/// Why a JWT was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// Beyond the size bound.
    #[error("the token is longer than {} KiB", super::jws::MAX_BYTES / 1024)]
    TooLarge,
    /// Not three base64url parts with JSON objects (RFC 7515 §3.1, RFC 8259).
    #[error("the token is not a compact JWS: {0}")]
    Malformed(&'static str),
    /// `alg` is missing, is `none`, is symmetric, or is not the algorithm of the key.
    #[error("the token's alg is not the one its key is registered for; none and HMAC never are")]
    Algorithm,
    /// `crit` names an extension (RFC 7515 §4.1.11); we understand none.
    #[error("the token's crit header names an extension that is not understood")]
    Critical,
    /// No published key has this `kid`.
    #[error("the token's kid names no key of ours that is still valid")]
    UnknownKey,
    /// Another kind of token, for example an ID token where an access token belongs.
    #[error("the token's typ is not the one expected here")]
    Type,
    /// The signature does not verify.
    #[error("the token's signature does not verify")]
    Signature,
    /// Issued by someone else.
    #[error("the token's iss is not this issuer")]
    Issuer,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` or `iat` is in the future.
    #[error("the token is not valid yet")]
    NotYet,
    /// A claim is missing or of the wrong type.
    #[error("the token's claims do not have the expected shape: {0}")]
    Claims(String),
}

/// Why a key or key set was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not JSON, or not the JSON of a key.
    #[error("{0}")]
    Shape(String),
    /// The JOSE library refused it.
    #[error("the key does not fit {alg}: {why}")]
    Unfit {
        /// The algorithm it was meant for.
        alg: super::Algorithm,
        /// What the library said.
        why: String,
    },
    /// Two keys with one `kid` (RFC 7517 §4.5).
    #[error("two keys are called {0}; every kid must be its own")]
    Twice(String),
    /// Two keys would sign with the same algorithm.
    #[error("two keys are current for {0}; make one of them next or previous")]
    TwoCurrent(super::Algorithm),
    /// Nothing to sign with.
    #[error("no current key for {0}; make one with `stepwell keys rotate`")]
    NoCurrent(super::Algorithm),
    /// Signing failed.
    #[error("signing failed: {0}")]
    Signing(String),
}
