//! People, and what they know and hold.

use serde_json::{Map, Value, json};
use stepwell_core::ids::UserId;
use stepwell_core::secret::Secret;
use stepwell_core::time::Timestamp;
use stepwell_core::user::Status;
use stepwell_engine::admin::NewUser;
use stepwell_engine::courier::Channel;
use stepwell_engine::totp::TotpSecret;
use stepwell_store::{StoreError, users};

use super::Stage;

/// A person who exists, or one who only thinks so.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: Option<UserId>,
    pub username: String,
    pub password: String,
    pub totp: Option<TotpSecret>,
}

/// A person to be: [`PersonToBe::create`] makes them one.
#[derive(Debug)]
pub struct PersonToBe<'s> {
    stage: &'s Stage,
    username: String,
    password: bool,
    totp: bool,
    codes: Vec<Channel>,
    claims: Map<String, Value>,
}

/// Begins to describe a person, called ada.
pub fn a_person(stage: &Stage) -> PersonToBe<'_> {
    PersonToBe {
        stage,
        username: "ada".into(),
        password: false,
        totp: false,
        codes: Vec::new(),
        claims: Map::new(),
    }
}

impl<'s> PersonToBe<'s> {
    pub fn named(self, username: &str) -> Self {
        Self {
            username: username.to_owned(),
            ..self
        }
    }

    pub fn with_password(self) -> Self {
        Self {
            password: true,
            ..self
        }
    }

    pub fn with_totp(self) -> Self {
        Self { totp: true, ..self }
    }

    /// Codes by mail, to ada@example.com.
    pub fn with_mail(mut self) -> Self {
        self.codes.push(Channel::Mail);
        self.with_claim("email", "ada@example.com")
            .with_claim("email_verified", true)
    }

    /// Codes by text message, to +15550100189.
    pub fn with_texts(mut self) -> Self {
        self.codes.push(Channel::Text);
        self.with_claim("phone_number", "+1 (555) 010-0189")
            .with_claim("phone_number_verified", true)
    }

    pub fn with_claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    pub fn create(self) -> Person {
        let password = "violet-teapot-92-marmalade";
        let new = NewUser {
            username: self.username.clone(),
            password: self.password.then(|| Secret::new(password)),
            claims: self.claims,
            totp_issuer: self.totp.then(|| "Stepwell".to_owned()),
            codes: self.codes,
        };
        let created = self
            .stage
            .engine
            .create_user(&self.stage.call(), new)
            .unwrap();
        let totp = created.totp_uri.map(|uri| secret_of(&uri));
        Person {
            id: Some(created.user.id),
            username: self.username,
            password: password.into(),
            totp,
        }
    }
}

/// The secret in an `otpauth` address, as an authenticator app reads it.
fn secret_of(uri: &str) -> TotpSecret {
    let url = url::Url::parse(uri).unwrap();
    let (_, text) = url
        .query_pairs()
        .find(|(name, _)| name == "secret")
        .unwrap();
    TotpSecret::from_base32(&text).unwrap()
}

impl Person {
    /// Somebody with this name whom no database knows.
    pub fn nobody(username: &str) -> Self {
        Self {
            id: None,
            username: username.to_owned(),
            password: "whatever-it-may-be".into(),
            totp: None,
        }
    }

    /// Their `sub`.
    pub fn subject(&self) -> &str {
        self.id
            .as_ref()
            .expect("this person does not exist")
            .as_str()
    }

    /// The code that their app shows.
    pub fn code(&self, now: Timestamp) -> String {
        self.totp
            .as_ref()
            .expect("this person has no authenticator app")
            .code_at(now)
    }

    /// A code of six digits that none of the neighbouring steps has.
    pub fn wrong_code(&self, now: Timestamp) -> String {
        let totp = self
            .totp
            .as_ref()
            .expect("this person has no authenticator app");
        let mut tries = (0..).map(|n| format!("{n:06}"));
        tries
            .find(|code| totp.matching_step(code, now).is_none())
            .unwrap()
    }

    /// An administrator locks or opens the account.
    pub fn set_status(&self, stage: &Stage, status: Status) {
        let id = self.id.as_ref().unwrap();
        let changed: Result<bool, StoreError> =
            stage.db().write(|tx| users::set_status(tx, id, status));
        assert!(changed.unwrap());
    }
}

/// The `claims` parameter that pins a subject.
pub fn claims_for_subject(sub: &str) -> String {
    json!({ "id_token": { "sub": { "value": sub } } }).to_string()
}
