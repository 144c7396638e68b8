//! The only file that names the JOSE library: keys are parsed here, once, into signers and verifiers.
//!
//! No header, claim or JSON of a token is touched here; bytes are signed and checked, nothing more.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::JoseError;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use josekit::jws::{ES256, EdDSA, JwsSigner, JwsVerifier, PS256, RS256};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::algorithm::Algorithm;
use super::error::KeyError;
use super::thumbprint::{required_members, thumbprint};

/// RSA keys we make have this many bits.
const RSA_BITS: u32 = 2048;

/// A private key as JWK text: wiped when dropped, never printed.
#[derive(Clone)]
pub struct PrivateJwk(pub Zeroizing<String>);

impl fmt::Debug for PrivateJwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateJwk(…)")
    }
}

/// Makes a key pair for `alg`; its randomness is OpenSSL's. An RSA key takes tens of milliseconds.
///
/// Answers the private JWK as text, to be sealed before it is stored, and the public JWK as it appears
/// in the key set, its `kid` being its thumbprint.
///
/// # Errors
/// When the library cannot make the key.
pub fn generate(alg: Algorithm) -> Result<(Zeroizing<String>, Map<String, Value>), KeyError> {
    let made = match alg {
        Algorithm::Es256 => Jwk::generate_ec_key(EcCurve::P256),
        Algorithm::Rs256 | Algorithm::Ps256 => Jwk::generate_rsa_key(RSA_BITS),
        Algorithm::EdDsa => Jwk::generate_ed_key(EdCurve::Ed25519),
    };
    let jwk = made.map_err(|error| unfit(alg, &error))?;
    let private_jwk = PrivateJwk(Zeroizing::new(jwk.to_string()));
    let public_jwk = public_members(alg, &private_jwk, None)?;
    Ok((private_jwk.0, public_jwk))
}

/// The public JWK of a private one: only the members that make the key, with `use`, `alg`, `kid`.
/// Without a `kid` its thumbprint is taken.
///
/// # Errors
/// When the text is not a key of a known type.
pub fn public_members(
    alg: Algorithm,
    private_jwk: &PrivateJwk,
    kid: Option<&str>,
) -> Result<Map<String, Value>, KeyError> {
    let full: Map<String, Value> = serde_json::from_str(&private_jwk.0)
        .map_err(|_| KeyError::Shape("a signing key is not a JSON object".into()))?;
    let shape = || KeyError::Shape("a signing key lacks kty or one of its public members".into());
    let names = full
        .get("kty")
        .and_then(Value::as_str)
        .and_then(required_members)
        .ok_or_else(shape)?;
    let mut public = Map::new();
    for name in names {
        public.insert(
            (*name).to_owned(),
            full.get(*name).cloned().ok_or_else(shape)?,
        );
    }
    let kid = match kid {
        Some(kid) => kid.to_owned(),
        None => thumbprint(&public)?,
    };
    public.insert("use".into(), "sig".into());
    public.insert("alg".into(), alg.as_str().into());
    public.insert("kid".into(), kid.into());
    Ok(public)
}

/// A private key, ready to sign.
pub struct SigningKey {
    alg: Algorithm,
    signer: Box<dyn JwsSigner>,
}

impl SigningKey {
    /// Parses a private JWK for `alg`.
    ///
    /// # Errors
    /// When it is not a key for that algorithm.
    pub fn parse(alg: Algorithm, private_jwk: &PrivateJwk) -> Result<Self, KeyError> {
        let jwk = Jwk::from_bytes(private_jwk.0.as_bytes()).map_err(|error| unfit(alg, &error))?;
        let signer: Result<Box<dyn JwsSigner>, JoseError> = match alg {
            Algorithm::Es256 => ES256.signer_from_jwk(&jwk).map(|s| Box::new(s) as _),
            Algorithm::Rs256 => RS256.signer_from_jwk(&jwk).map(|s| Box::new(s) as _),
            Algorithm::Ps256 => PS256.signer_from_jwk(&jwk).map(|s| Box::new(s) as _),
            Algorithm::EdDsa => EdDSA.signer_from_jwk(&jwk).map(|s| Box::new(s) as _),
        };
        Ok(Self {
            alg,
            signer: signer.map_err(|error| unfit(alg, &error))?,
        })
    }

    /// The algorithm it signs with.
    pub fn alg(&self) -> Algorithm {
        self.alg
    }

    /// The JWS signature over `message` (RFC 7515 §5.1 step 5).
    ///
    /// # Errors
    /// When the library fails, which for a parsed key means that memory ran out.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.signer
            .sign(message)
            .map_err(|error| KeyError::Signing(error.to_string()))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.alg)
    }
}

/// A public key, ready to verify.
pub struct VerifyingKey {
    alg: Algorithm,
    verifier: Box<dyn JwsVerifier>,
}

impl VerifyingKey {
    /// Parses a public JWK for `alg`. Sizes are bounded: RSA 2048 to 8192 bits with an exponent of
    /// at most 64 bits, coordinates of exactly 32 bytes.
    ///
    /// # Errors
    /// When it is not a key for that algorithm, or outside the bounds.
    pub fn parse(alg: Algorithm, jwk: &Map<String, Value>) -> Result<Self, KeyError> {
        check_sizes(alg, jwk)?;
        let key = Jwk::from_map(jwk.clone()).map_err(|error| unfit(alg, &error))?;
        let verifier: Result<Box<dyn JwsVerifier>, JoseError> = match alg {
            Algorithm::Es256 => ES256.verifier_from_jwk(&key).map(|v| Box::new(v) as _),
            Algorithm::Rs256 => RS256.verifier_from_jwk(&key).map(|v| Box::new(v) as _),
            Algorithm::Ps256 => PS256.verifier_from_jwk(&key).map(|v| Box::new(v) as _),
            Algorithm::EdDsa => EdDSA.verifier_from_jwk(&key).map(|v| Box::new(v) as _),
        };
        Ok(Self {
            alg,
            verifier: verifier.map_err(|error| unfit(alg, &error))?,
        })
    }

    /// The algorithm it verifies.
    pub fn alg(&self) -> Algorithm {
        self.alg
    }

    /// Whether `signature` is this key's over `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verifier.verify(message, signature).is_ok()
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", self.alg)
    }
}

fn check_sizes(alg: Algorithm, jwk: &Map<String, Value>) -> Result<(), KeyError> {
    let member = |name: &str| {
        let text = jwk.get(name).and_then(Value::as_str).unwrap_or_default();
        // 8192 bits in base64 are 1366 characters; longer texts are not even decoded.
        (text.len() <= 1366)
            .then(|| URL_SAFE_NO_PAD.decode(text).ok())
            .flatten()
    };
    let bits = |bytes: &[u8]| match bytes.iter().position(|b| *b != 0) {
        Some(at) => (bytes.len() - at) * 8 - bytes[at].leading_zeros() as usize,
        None => 0,
    };
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let why = match alg {
        Algorithm::Rs256 | Algorithm::Ps256 => {
            let n = member("n").map_or(0, |n| bits(&n));
            let e = member("e").map_or(0, |e| bits(&e));
            match () {
                () if text("kty") != Some("RSA") => "kty must be RSA",
                () if !(2048..=8192).contains(&n) => "the modulus must have 2048 to 8192 bits",
                () if !(2..=64).contains(&e) => "the exponent must be 3 or more and fit in 64 bits",
                () => return Ok(()),
            }
        }
        Algorithm::Es256 => match () {
            () if text("kty") != Some("EC") || text("crv") != Some("P-256") => {
                "kty must be EC and crv P-256"
            }
            () if ["x", "y"]
                .iter()
                .any(|name| member(name).is_none_or(|c| c.len() != 32)) =>
            {
                "x and y must be 32 bytes each"
            }
            () => return Ok(()),
        },
        Algorithm::EdDsa => match () {
            () if text("kty") != Some("OKP") || text("crv") != Some("Ed25519") => {
                "kty must be OKP and crv Ed25519"
            }
            () if member("x").is_none_or(|x| x.len() != 32) => "x must be 32 bytes",
            () => return Ok(()),
        },
    };
    Err(KeyError::Unfit {
        alg,
        why: why.into(),
    })
}

fn unfit(alg: Algorithm, error: &JoseError) -> KeyError {
    KeyError::Unfit {
        alg,
        why: error.to_string(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_signs_what_its_public_key_verifies() {
        for alg in Algorithm::ALL {
            let (private, public) = generate(alg).unwrap();
            let signer = SigningKey::parse(alg, &PrivateJwk(private)).unwrap();
            let verifier = VerifyingKey::parse(alg, &public).unwrap();
            let signature = signer.sign(b"message").unwrap();
            assert!(verifier.verify(b"message", &signature), "{alg}");
            assert!(!verifier.verify(b"massage", &signature), "{alg}");
            assert!(!verifier.verify(b"message", &signature[1..]), "{alg}");
            assert!(!verifier.verify(b"message", b""), "{alg}");
        }
    }

    #[test]
    fn a_generated_key_is_named_by_its_thumbprint_and_shows_no_private_member() {
        let (private, public) = generate(Algorithm::Es256).unwrap();
        assert_eq!(
            Some(thumbprint(&public).unwrap().as_str()),
            public["kid"].as_str()
        );
        assert!(private.contains("\"d\""));
        assert!(!public.contains_key("d"));
    }

    #[test]
    fn a_key_outside_the_bounds_is_refused() {
        let with = |json: Value| json.as_object().unwrap().clone();
        let b64 = |n: usize| URL_SAFE_NO_PAD.encode(vec![0xff; n]);
        for (alg, jwk) in [
            (
                Algorithm::Rs256,
                with(serde_json::json!({"kty":"RSA","n":b64(128),"e":"AQAB"})),
            ),
            (
                Algorithm::Ps256,
                with(serde_json::json!({"kty":"RSA","n":b64(2048),"e":"AQAB"})),
            ),
            (
                Algorithm::Rs256,
                with(serde_json::json!({"kty":"RSA","n":b64(256),"e":b64(9)})),
            ),
            (
                Algorithm::Rs256,
                with(serde_json::json!({"kty":"RSA","n":b64(256),"e":"AQ"})),
            ),
            (
                Algorithm::Es256,
                with(serde_json::json!({"kty":"EC","crv":"P-256","x":b64(31),"y":b64(33)})),
            ),
            (
                Algorithm::Es256,
                with(serde_json::json!({"kty":"EC","crv":"P-256","x":b64(32),"y":b64(32)})),
            ),
            (
                Algorithm::EdDsa,
                with(serde_json::json!({"kty":"OKP","crv":"Ed448","x":b64(57)})),
            ),
            (
                Algorithm::EdDsa,
                with(serde_json::json!({"kty":"oct","k":"c2VjcmV0"})),
            ),
        ] {
            assert!(VerifyingKey::parse(alg, &jwk).is_err(), "{alg} {jwk:?}");
        }
    }
}
