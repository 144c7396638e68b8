//! One-time links: an administrator's to set an account up, the mailed one for a forgotten password, the mailed
//! one that ends a registration.
//!
//! A link sets a password and nothing else. It signs nobody in, adds no proof and removes no authenticator, so it
//! can lower nothing: whoever has a second factor is asked for it as before (spec §5 line 68). Looking at a link
//! does not use it up, because mail scanners look.

mod forgotten;
mod invitation;
mod registration;

use serde::{Deserialize, Serialize};
use stepwell_core::audit::names;
use stepwell_core::ids::UserId;
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::time::{Seconds, Timestamp};
use stepwell_core::user::Status;
use stepwell_store::links::{self, Link};
use stepwell_store::{Tx, users};

use crate::Engine;
use crate::account::SetBy;
use crate::call::Call;
use crate::courier::Happened;
use crate::error::EngineError;
use crate::passwords::Weakness;

pub use forgotten::VALID_FOR;
pub use registration::Registered;

/// Longer than any secret of ours is no link of ours.
const LONGEST: usize = 128;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To set an account up that somebody else made.
    SetUp,
    /// To set a forgotten password anew.
    Password,
    /// To show that an address is real, and so end a registration.
    Register,
}

impl Purpose {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::Password => "password",
            Self::Register => "register",
        }
    }

    fn of(text: &str) -> Option<Self> {
        [Self::SetUp, Self::Password, Self::Register]
            .into_iter()
            .find(|one| one.as_str() == text)
    }
}

/// A link that was made: shown or sent once.
#[derive(Debug)]
pub struct IssuedLink {
    /// The whole address.
    pub url: Secret,
    /// Worthless from then on.
    pub expires_at: Timestamp,
}

/// What a link's page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkView {
    /// What it is for.
    pub purpose: Purpose,
    /// The name to sign in with.
    pub username: String,
}

/// What became of following a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    /// The password is set; sign in with it.
    Done {
        /// The name to sign in with.
        username: String,
    },
    /// The password breaks this rule; the link is still good.
    Weak(Weakness),
    /// It was used, replaced, or is over.
    Over,
}

/// What a link holds besides its purpose.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    /// The name of an account that is still to be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    /// The inbox that it was sent to ([`inbox`](crate::factors::inbox)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    through: Option<String>,
}

fn purpose(link: &Link) -> Option<Purpose> {
    Purpose::of(&link.purpose)
}

/// What the rest of a link is sealed for.
pub(crate) fn sealed_for(hash: &Hashed) -> String {
    format!("link:{}", hash.as_str())
}

impl Engine {
    /// What a link's page shows; none when it cannot be used any more.
    ///
    /// # Errors
    /// When the database is away.
    pub fn link(&self, call: &Call<'_>, secret: &Secret) -> Result<Option<LinkView>, EngineError> {
        self.db.read(|tx| {
            self.look(tx, call, secret)
                .map(|found| found.map(|(_, view)| view))
        })
    }

    /// Follows a link to its end: sets the password, once. Ends every session, because whoever knew the old
    /// password may be in one.
    ///
    /// # Errors
    /// That too many passwords are being hashed, or that it cannot be stored.
    pub fn follow_link(
        &self,
        call: &Call<'_>,
        secret: &Secret,
        password: &Secret,
    ) -> Result<Followed, EngineError> {
        let Some((_, view)) = self.db.read(|tx| self.look(tx, call, secret))? else {
            return Ok(Followed::Over);
        };
        let rules = self.password_rules();
        if let Err(weakness) = rules.check(password.expose(), &[&view.username]) {
            return Ok(Followed::Weak(weakness));
        }
        let hash = self.hash_password(call, password)?;
        self.db.write(|tx| {
            let Some((link, view)) = self.look(tx, call, secret)? else {
                return Ok(Followed::Over);
            };
            if !links::use_once(tx, &link.secret_hash, call.now)? {
                return Ok(Followed::Over);
            }
            let user = match &link.user_id {
                Some(user) => user.clone(),
                None => match self.made_account(tx, call, &link)? {
                    Some(user) => user,
                    None => return Ok(Followed::Over),
                },
            };
            let through = self.kept(&link)?.through;
            let by = through.as_deref().map_or(SetBy::Link, SetBy::Inbox);
            let happened = self.set_password(tx, call, &user, &hash, &by)?;
            // Whoever knew the old password may have signed in with it, and let apps in for offline access.
            self.end_everything(tx, call, &user, "the password was set by a link")?;
            let (name, method) = match &happened {
                Happened::FactorAdded { method } => (names::FACTOR_ENROLLED, Some(method.as_str())),
                _ => (names::FACTOR_PASSWORD_CHANGED, None),
            };
            tx.audit(
                call.event(name)
                    .user(&user)
                    .with("method", method)
                    .with("why", "link"),
            );
            // Whoever registers has just come from that inbox.
            if let Some(person) = users::find(tx, &user)?.filter(|_| link.user_id.is_some()) {
                self.notify(tx, call, &person, happened)?;
            }
            tx.audit(
                call.event(names::LINK_USED)
                    .user(&user)
                    .with("purpose", view.purpose.as_str()),
            );
            Ok(Followed::Done {
                username: view.username,
            })
        })
    }

    /// A live link about an account that may be used, or one that will make an account.
    fn look(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        secret: &Secret,
    ) -> Result<Option<(Link, LinkView)>, EngineError> {
        if secret.expose().len() > LONGEST {
            return Ok(None);
        }
        let Some(link) = links::find_live(tx, &Hashed::of(secret), call.now)? else {
            return Ok(None);
        };
        let Some(purpose) = purpose(&link) else {
            return Ok(None);
        };
        let username = match &link.user_id {
            Some(id) => {
                let user = users::find(tx, id)?.filter(|user| user.status == Status::Active);
                user.map(|user| user.username)
            }
            None => self.kept(&link)?.username,
        };
        Ok(username.map(|username| (link, LinkView { purpose, username })))
    }

    /// What a link holds besides.
    fn kept(&self, link: &Link) -> Result<Kept, EngineError> {
        let Some(sealed) = &link.sealed else {
            return Ok(Kept::default());
        };
        let plain = self
            .seal
            .open(&sealed_for(&link.secret_hash), sealed)
            .map_err(EngineError::broken)?;
        serde_json::from_slice(&plain).map_err(EngineError::broken)
    }

    /// Makes a link.
    fn issue_link(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        purpose: Purpose,
        user: Option<&UserId>,
        kept: &Kept,
        valid_for: Seconds,
    ) -> Result<IssuedLink, EngineError> {
        let secret = call.secret();
        let hash = Hashed::of(&secret);
        let expires_at = call.now.plus(valid_for);
        let plain = serde_json::to_vec(kept).map_err(EngineError::broken)?;
        let sealed = self.seal.seal(&sealed_for(&hash), &plain, call.entropy);
        links::insert(
            tx,
            &Link {
                sealed: Some(sealed),
                secret_hash: hash,
                purpose: purpose.as_str().to_owned(),
                user_id: user.cloned(),
                created_at: call.now,
                expires_at,
                used_at: None,
            },
        )?;
        let issuer = self.settings.issuer.trim_end_matches('/');
        Ok(IssuedLink {
            url: Secret::new(format!("{issuer}/link/{}", secret.expose())),
            expires_at,
        })
    }
}
