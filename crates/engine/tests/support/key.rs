//! A passkey or security key, and the browser between it and a page: made by hand, so that a test can have it say
//! anything at all.
//!
//! Builds what WebAuthn Level 3 §6 describes; shares no code with what verifies it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use serde_cbor_2::Value as Cbor;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::ISSUER;

/// What an authenticator is like.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// It verifies its user.
    pub verifies: bool,
    /// Its credentials may be copied to other devices.
    pub synced: bool,
    /// It counts its uses.
    pub counts: bool,
    /// Which model it says that it is.
    pub aaguid: [u8; 16],
}

impl Model {
    /// A passkey in a provider's cloud.
    pub fn synced() -> Self {
        Self {
            verifies: true,
            synced: true,
            counts: false,
            aaguid: [0; 16],
        }
    }

    /// A passkey that stays in its device.
    pub fn device_bound() -> Self {
        Self {
            synced: false,
            counts: true,
            aaguid: [7; 16],
            ..Self::synced()
        }
    }

    /// A key to be touched.
    pub fn touched() -> Self {
        Self {
            verifies: false,
            ..Self::device_bound()
        }
    }
}

/// One credential in an authenticator.
#[derive(Clone, Debug)]
pub struct Key {
    secret: PKey<Private>,
    pub id: Vec<u8>,
    /// Whose it is, as told at registration.
    pub handle: Vec<u8>,
    model: Model,
    pub counter: u32,
}

/// What the key and the browser say in one ceremony; a test changes what it likes before it is signed.
#[derive(Clone, Debug)]
pub struct Saying {
    pub kind: &'static str,
    pub challenge: String,
    pub origin: String,
    pub cross_origin: Option<bool>,
    pub top_origin: Option<&'static str>,
    pub rp_id: String,
    pub present: bool,
    pub verified: bool,
    pub eligible: bool,
    pub backed_up: bool,
    pub counter: u32,
    pub handle: Option<Vec<u8>>,
    pub id: Vec<u8>,
}

impl Saying {
    fn client_data(&self) -> Vec<u8> {
        let mut said = json!({
            "type": self.kind, "challenge": self.challenge, "origin": self.origin,
        });
        if let Some(cross) = self.cross_origin {
            said["crossOrigin"] = cross.into();
        }
        if let Some(top) = self.top_origin {
            said["topOrigin"] = top.into();
        }
        said.to_string().into_bytes()
    }

    /// Authenticator data (§6.1), followed by the attested credential data where there is some.
    fn authenticator_data(&self, attested: &[u8]) -> Vec<u8> {
        let flags = u8::from(self.present)
            | u8::from(self.verified) << 2
            | u8::from(self.eligible) << 3
            | u8::from(self.backed_up) << 4
            | u8::from(!attested.is_empty()) << 6;
        let mut data = Sha256::digest(self.rp_id.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data.extend(attested);
        data
    }
}

pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn unb64(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap()
}

fn group() -> EcGroup {
    EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap()
}

impl Key {
    /// Answers a registration; a test may change what is said.
    pub fn register_saying(
        model: Model,
        options: &Value,
        change: impl FnOnce(&mut Saying),
    ) -> (Self, String) {
        let secret = EcKey::generate(&group()).unwrap();
        let (mut x, mut y) = (BigNum::new().unwrap(), BigNum::new().unwrap());
        let mut context = BigNumContext::new().unwrap();
        secret
            .public_key()
            .affine_coordinates(&group(), &mut x, &mut y, &mut context)
            .unwrap();
        let (x, y) = (x.to_vec_padded(32).unwrap(), y.to_vec_padded(32).unwrap());
        let id = Sha256::digest(&x).to_vec();
        let handle = unb64(&options["user"]["id"]);
        let mut key = Self {
            secret: PKey::from_ec_key(secret).unwrap(),
            id,
            handle,
            model,
            counter: 0,
        };
        let mut said = key.say("webauthn.create", options, &options["rp"]["id"]);
        change(&mut said);
        key.id.clone_from(&said.id);

        // COSE_Key of ES256 (RFC 9053 §7.1.1).
        let int = |n: i128| Cbor::Integer(n);
        let cose = Cbor::Map(
            [
                (int(1), int(2)),
                (int(3), int(-7)),
                (int(-1), int(1)),
                (int(-2), Cbor::Bytes(x)),
                (int(-3), Cbor::Bytes(y)),
            ]
            .into(),
        );
        let mut attested = model.aaguid.to_vec();
        attested.extend(u16::try_from(said.id.len()).unwrap().to_be_bytes());
        attested.extend(&said.id);
        attested.extend(serde_cbor_2::to_vec(&cose).unwrap());
        let text = |t: &str| Cbor::Text(t.to_owned());
        let object = Cbor::Map(
            [
                (text("fmt"), text("none")),
                (text("attStmt"), Cbor::Map([].into())),
                (
                    text("authData"),
                    Cbor::Bytes(said.authenticator_data(&attested)),
                ),
            ]
            .into(),
        );
        let response = json!({
            "id": b64(&said.id),
            "rawId": b64(&said.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": { "credProps": { "rk": true } },
            "response": {
                "clientDataJSON": b64(said.client_data()),
                "attestationObject": b64(serde_cbor_2::to_vec(&object).unwrap()),
                "transports": ["internal", "hybrid", "a-new-one"],
            },
        });
        (key, response.to_string())
    }

    /// Answers a registration truthfully.
    pub fn register(model: Model, options: &Value) -> (Self, String) {
        Self::register_saying(model, options, |_| {})
    }

    fn say(&mut self, kind: &'static str, options: &Value, rp_id: &Value) -> Saying {
        if self.model.counts {
            self.counter += 1;
        }
        Saying {
            kind,
            challenge: options["challenge"].as_str().unwrap().to_owned(),
            origin: ISSUER.to_owned(),
            cross_origin: Some(false),
            top_origin: None,
            rp_id: rp_id.as_str().unwrap().to_owned(),
            present: true,
            verified: self.model.verifies,
            eligible: self.model.synced,
            backed_up: self.model.synced,
            counter: self.counter,
            handle: Some(self.handle.clone()),
            id: self.id.clone(),
        }
    }

    /// Answers a sign-in truthfully.
    pub fn sign(&mut self, options: &Value) -> String {
        self.sign_saying(options, |_| {})
    }

    /// Answers a sign-in, saying something else.
    pub fn sign_saying(&mut self, options: &Value, change: impl FnOnce(&mut Saying)) -> String {
        let allowed = options["allowCredentials"].as_array();
        let named = allowed.is_some_and(|a| !a.is_empty());
        assert!(
            !named || allowed.unwrap().iter().any(|c| c["id"] == b64(&self.id)),
            "a browser would not ask this key: {options}"
        );
        let mut said = self.say("webauthn.get", options, &options["rpId"]);
        change(&mut said);
        let (client_data, data) = (said.client_data(), said.authenticator_data(&[]));
        let mut signer = Signer::new(MessageDigest::sha256(), &self.secret).unwrap();
        signer.update(&data).unwrap();
        signer.update(&Sha256::digest(&client_data)).unwrap();
        let mut response = json!({
            "id": b64(&said.id),
            "rawId": b64(&said.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": b64(client_data),
                "authenticatorData": b64(data),
                "signature": b64(signer.sign_to_vec().unwrap()),
            },
        });
        if let Some(handle) = said.handle {
            response["response"]["userHandle"] = b64(handle).into();
        }
        response.to_string()
    }
}
