//! What administrators do: people and clients.
//!
//! Every change is audited in its own transaction. Nothing here reads files or prints.

mod accounts;
mod registered;

use serde_json::{Map, Value};
use stepwell_core::audit::{Event, names};
use stepwell_core::authn::Method;
use stepwell_core::client::{Client, NewClient};
use stepwell_core::ids::{ClientId, CredentialId, UserId};
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::user::{Status, User};
use stepwell_core::username;
use stepwell_store::credentials::{self, Credential};
use stepwell_store::{clients, users};
use zeroize::Zeroizing;

pub(crate) use accounts::person;
pub use accounts::{Locked, Reset, Unlocked, Which};
pub use registered::RotatedSecret;

use crate::Engine;
use crate::call::Call;
use crate::client_auth::ClientKeys;
use crate::courier::Channel;
use crate::error::EngineError;
use crate::factors::{DeliveredCode, default_label, totp_purpose};
use crate::totp::TotpSecret;

/// A person to be.
#[derive(Debug)]
pub struct NewUser {
    /// The name to sign in with.
    pub username: String,
    /// The password; none when it will be set later.
    pub password: Option<Secret>,
    /// Standard claims by their names (OIDC Core §5.1).
    pub claims: Map<String, Value>,
    /// Whether to enrol an authenticator app at once, under this name of the provider.
    pub totp_issuer: Option<String>,
    /// Ways to enrol for codes at once, each to the verified address in `claims`.
    pub codes: Vec<Channel>,
}

/// A person who now is.
#[derive(Debug)]
pub struct CreatedUser {
    /// The account.
    pub user: User,
    /// The authenticator's `otpauth` address, shown once.
    pub totp_uri: Option<Zeroizing<String>>,
}

/// A client that now is.
#[derive(Debug)]
pub struct CreatedClient {
    /// The registration.
    pub client: Client,
    /// Its secret, shown once.
    pub secret: Option<Secret>,
}

impl Engine {
    /// Creates a person.
    ///
    /// # Errors
    /// Every rule that the name, the claims or the password break; a name that is taken or looks like one
    /// that is.
    pub fn create_user(&self, call: &Call<'_>, new: NewUser) -> Result<CreatedUser, EngineError> {
        let canonical = username::canonical(&new.username)
            .map_err(|e| EngineError::Invalid(vec![e.to_string()]))?;
        let problems = stepwell_core::user::claims::problems(&new.claims);
        if !problems.is_empty() {
            return Err(EngineError::Invalid(problems));
        }
        let skeleton = username::skeleton(&canonical);
        let hash = new
            .password
            .as_ref()
            .map(|p| self.new_password(call, p, &new.username))
            .transpose()?;
        let user = User {
            id: UserId::new(call.id()),
            username: new.username.trim().to_owned(),
            canonical: canonical.clone(),
            skeleton,
            status: Status::Active,
            claims: new.claims,
            created_at: call.now,
            updated_at: call.now,
        };
        let mut mine: Vec<Credential> = Vec::new();
        if let Some(hash) = hash {
            mine.push(credential(call, &user, Method::password(), hash));
        }
        let mut totp_uri = None;
        if let Some(issuer) = new.totp_issuer {
            let secret = TotpSecret::random(call.entropy);
            let mut one = credential(call, &user, Method::totp(), String::new());
            one.secret = self.seal.seal(
                &totp_purpose(one.id.as_str()),
                secret.as_bytes(),
                call.entropy,
            );
            totp_uri = Some(secret.otpauth_uri(&issuer, &user.username));
            mine.push(one);
        }
        for channel in new.codes {
            mine.push(self.codes_for(call, &user, channel)?);
        }
        self.db.write(|tx| -> Result<(), EngineError> {
            if users::find_by_canonical(tx, &user.canonical)?.is_some() {
                return Err(EngineError::Conflict(format!(
                    "the username {} is taken",
                    user.username
                )));
            }
            users::insert(tx, &user)?;
            tx.audit(call.event(names::USER_CREATED).user(&user.id));
            for one in &mine {
                credentials::insert(tx, one)?;
                tx.audit(
                    call.event(names::FACTOR_ENROLLED)
                        .user(&user.id)
                        .with("method", one.method.as_str()),
                );
            }
            Ok(())
        })?;
        Ok(CreatedUser { user, totp_uri })
    }

    /// An authenticator for codes by this way, to the address that the claims say is verified.
    fn codes_for(
        &self,
        call: &Call<'_>,
        user: &User,
        channel: Channel,
    ) -> Result<Credential, EngineError> {
        let limits = &self.settings.limits;
        let (factor, claim, section) = match channel {
            Channel::Mail => (DeliveredCode::by_mail(limits), "email", "mail"),
            Channel::Text => (DeliveredCode::by_text(limits), "phone_number", "sms"),
        };
        let refuse = |why: String| EngineError::Invalid(vec![why]);
        if !self.courier.carries(channel) {
            return Err(refuse(format!(
                "{section}.transport is off, so no code could reach anybody; configure [{section}] first"
            )));
        }
        let vouched = format!("{claim}_verified");
        if user.claims.get(&vouched).and_then(Value::as_bool) != Some(true) {
            return Err(refuse(format!(
                "codes are sent to verified addresses only; give the claims {claim} and {vouched} = true"
            )));
        }
        let address = user.claims.get(claim).and_then(Value::as_str);
        let id = CredentialId::new(call.id());
        address
            .and_then(|address| factor.authenticator(id, &user.id, address, call.now))
            .ok_or_else(|| {
                refuse(format!(
                    "the claim {claim} is no address for codes: a mail address is name@host.tld, a telephone number +49301234567 (E.164)"
                ))
            })
    }

    /// Holds a new password against the rules and hashes it.
    fn new_password(
        &self,
        call: &Call<'_>,
        password: &Secret,
        username: &str,
    ) -> Result<String, EngineError> {
        self.password_rules()
            .check(password.expose(), &[username])
            .map_err(|weak| EngineError::Invalid(vec![weak.to_string()]))?;
        self.hash_password(call, password)
    }

    /// Hashes a password that was held against the rules.
    pub(crate) fn hash_password(
        &self,
        call: &Call<'_>,
        password: &Secret,
    ) -> Result<String, EngineError> {
        self.passwords
            .hash(password, call.entropy)
            .map_err(|e| match e {
                crate::passwords::PasswordError::Busy => EngineError::Busy,
                other => EngineError::broken(other),
            })
    }

    /// Registers a client; its secret is drawn here and shown once.
    ///
    /// # Errors
    /// Every rule that the registration breaks; an id that is taken.
    pub fn create_client(
        &self,
        call: &Call<'_>,
        id: Option<ClientId>,
        new: NewClient,
    ) -> Result<CreatedClient, EngineError> {
        let id = id.unwrap_or_else(|| ClientId::new(call.id()));
        let secret = new.needs_secret().then(|| call.secret());
        let hashes = secret.iter().map(Hashed::of).collect();
        let client = new.build(id, hashes, call.now).map_err(|problems| {
            EngineError::Invalid(problems.iter().map(ToString::to_string).collect())
        })?;
        self.check_registration(&client)?;
        let json = serde_json::to_string(&client).map_err(EngineError::broken)?;
        self.db.write(|tx| -> Result<(), EngineError> {
            clients::insert(tx, &client.id, &json, call.now)?;
            tx.audit(about_client(call, names::CLIENT_CREATED, &client));
            Ok(())
        })?;
        self.refresh()?;
        Ok(CreatedClient { client, secret })
    }

    /// Replaces a client's registration `before`, as it was read.
    ///
    /// # Errors
    /// When there is no such client, somebody else changed it meanwhile, or the database is away.
    pub fn update_client(
        &self,
        call: &Call<'_>,
        before: &Client,
        client: &Client,
    ) -> Result<(), EngineError> {
        self.check_registration(client)?;
        let json = serde_json::to_string(client).map_err(EngineError::broken)?;
        self.db.write(|tx| -> Result<(), EngineError> {
            let row = clients::find(tx, &before.id)?.ok_or_else(|| {
                EngineError::NotFound(format!("no client is registered under {}", before.id))
            })?;
            let stored: Client = serde_json::from_str(&row.json).map_err(EngineError::broken)?;
            if stored != *before || !clients::replace(tx, &row, &json, call.now)? {
                return Err(EngineError::Conflict(format!(
                    "the client {} was changed in the same moment; look and try again",
                    before.id
                )));
            }
            tx.audit(about_client(call, names::CLIENT_UPDATED, client));
            Ok(())
        })?;
        self.refresh().map(|_| ())
    }

    /// A client by its id.
    ///
    /// # Errors
    /// When there is none.
    pub fn find_client(&self, id: &ClientId) -> Result<Client, EngineError> {
        self.client(id)?
            .map(|client| (*client).clone())
            .ok_or_else(|| EngineError::NotFound(format!("no client is registered under {id}")))
    }

    /// What a registration must not say here: acrs that are not configured, keys that cannot be used.
    fn check_registration(&self, client: &Client) -> Result<(), EngineError> {
        let named = client.minimum_acr.iter().chain(&client.default_acr_values);
        let unknown = named
            .filter(|acr| {
                self.policy
                    .catalog
                    .find(&stepwell_core::authn::AcrName::new(acr.as_str()))
                    .is_none()
            })
            .map(|acr| format!("the acr {acr} is not configured here; see acr_values_supported"));
        let keys = client.jwks.as_ref().map(ClientKeys::parse).transpose();
        let problems: Vec<String> = unknown
            .chain(keys.err().map(|error| error.to_string()))
            .collect();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(EngineError::Invalid(problems))
        }
    }
}

fn about_client(call: &Call<'_>, name: &'static str, client: &Client) -> Event {
    call.event(name)
        .client(&client.id)
        .with("name", client.name.as_str())
}

fn credential(call: &Call<'_>, user: &User, method: Method, secret: String) -> Credential {
    let label = default_label(&method).to_owned();
    Credential::new(
        CredentialId::new(call.id()),
        user.id.clone(),
        method,
        label,
        secret,
        call.now,
    )
}
