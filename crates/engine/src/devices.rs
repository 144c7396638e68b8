//! Recognised browsers (design §2.8): known by a cookie whose secret changes with every sign-in, one record for
//! each person who signed in with it.
//!
//! A browser is recognised once a sign-in went through, and trusted when its person says so after a second factor.
//! A trusted one adds a remembered proof to a session, and the hub says what that is worth. Nothing here decides.

use stepwell_core::audit::{Event, names};
use stepwell_core::authn::{Evidence, device};
use stepwell_core::ids::{CredentialId, DeviceId, EvidenceId, SessionId, UserId};
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::time::{Seconds, Timestamp};
use stepwell_core::user::User;
use stepwell_store::devices::{self, Device, DeviceCookie};
use stepwell_store::{StoreError, Tx, evidence, sessions, users};

use crate::Engine;
use crate::call::{Call, Cookies, Peer};
use crate::courier::Happened;
use crate::error::EngineError;

/// How long the secret before the newest goes on without another being given out: two tabs that sign in at once
/// would else take each other's away.
const TOGETHER: Seconds = Seconds(60);
/// Browsers that are known of one person; the one that was not used for longest goes first.
const MOST: usize = 50;
/// New browsers in a day that a person is told of.
const NEWS_A_DAY: usize = 5;
/// How long a browser is known that nobody signs in with: as long as a browser keeps a cookie (RFC 6265bis §5.5).
pub const KEPT: Seconds = Seconds(400 * 86_400);

/// What a browser's cookie shows.
pub(crate) enum Shown {
    /// Nothing that is known here.
    Nothing,
    /// The browser, by this secret of its cookie.
    Browser(DeviceCookie, Hashed),
    /// The cookie with a secret that is not its own any more: it was exchanged, and its successor seen. There are two
    /// copies, or somebody knows half of one.
    Copied(DeviceCookie),
}

/// The two halves of the cookie.
fn halves(cookies: &Cookies) -> Option<(&str, Secret)> {
    let (id, secret) = cookies.device.as_ref()?.expose().split_once('.')?;
    Some((id, Secret::new(secret)))
}

/// Reads what the browser's cookie shows.
pub(crate) fn shown(tx: &mut Tx<'_>, cookies: &Cookies) -> Result<Shown, StoreError> {
    let Some((id, secret)) = halves(cookies) else {
        return Ok(Shown::Nothing);
    };
    let Some(cookie) = devices::find_cookie(tx, id)? else {
        return Ok(Shown::Nothing);
    };
    let known = [Some(&cookie.secret_hash), cookie.previous_hash.as_ref()];
    if known
        .into_iter()
        .flatten()
        .any(|hash| hash.matches(&secret))
    {
        Ok(Shown::Browser(cookie, Hashed::of(&secret)))
    } else {
        Ok(Shown::Copied(cookie))
    }
}

/// The browser as this person knows it.
pub(crate) fn known_to(
    tx: &mut Tx<'_>,
    cookies: &Cookies,
    user: &UserId,
) -> Result<Option<Device>, StoreError> {
    match shown(tx, cookies)? {
        Shown::Browser(cookie, _) => devices::of_cookie(tx, &cookie.id, user),
        Shown::Nothing | Shown::Copied(_) => Ok(None),
    }
}

/// A proof that counted, and the browser it came from as it was when the write began.
pub(crate) struct SignIn<'a> {
    call: &'a Call<'a>,
    user: &'a User,
    /// The browser's cookie, and the hash of the secret that it came with.
    cookie: Option<(DeviceCookie, Hashed)>,
    /// The browser as the person knows it.
    device: Option<Device>,
}

impl Engine {
    /// Reads what the browser shows, once for all that follows. A browser whose cookie was copied is forgotten, for
    /// everybody: to be called before the session is touched, or two people could wait for each other's.
    pub(crate) fn sign_in<'a>(
        &self,
        tx: &mut Tx<'_>,
        call: &'a Call<'a>,
        cookies: &Cookies,
        user: &'a User,
    ) -> Result<SignIn<'a>, EngineError> {
        let cookie = match shown(tx, cookies)? {
            Shown::Browser(cookie, shown) => Some((cookie, shown)),
            Shown::Copied(cookie) => {
                self.give_up_browser(tx, call, &cookie)?;
                None
            }
            Shown::Nothing => None,
        };
        let device = match &cookie {
            Some((cookie, _)) => devices::of_cookie(tx, &cookie.id, &user.id)?,
            None => None,
        };
        Ok(SignIn {
            call,
            user,
            cookie,
            device,
        })
    }

    /// Adds to a session, which holds `before`, the remembered proof of the browser, where its person trusts it.
    pub(crate) fn remember(
        &self,
        tx: &mut Tx<'_>,
        sign_in: &SignIn<'_>,
        session: &SessionId,
        before: &[Evidence],
    ) -> Result<Option<Evidence>, EngineError> {
        let call = sign_in.call;
        let (Some((cookie, shown)), Some(device)) = (&sign_in.cookie, &sign_in.device) else {
            return Ok(None);
        };
        // Trust is the newest secret's alone: a copy from before it was given is worth nothing, seen or not.
        if *shown != cookie.secret_hash || !self.is_trusted(device, call.now) {
            return Ok(None);
        }
        let id = EvidenceId::new(call.id());
        let proof = device::remembered(id, &device.id, device.trusted_at, call.now);
        if before.iter().any(|e| e.credential == proof.credential) {
            return Ok(None);
        }
        evidence::insert(tx, session, &sign_in.user.id, &proof)?;
        Ok(Some(proof))
    }

    /// The proofs that a session holds, without those of browsers that are trusted no longer.
    pub(crate) fn proofs_of(
        &self,
        tx: &mut Tx<'_>,
        session: &SessionId,
        now: Timestamp,
    ) -> Result<Vec<Evidence>, StoreError> {
        let mut proofs = evidence::live_of(tx, session)?;
        let remembered: Vec<CredentialId> = proofs
            .iter()
            .filter(|e| e.traits.remembered)
            .map(|e| e.credential.clone())
            .collect();
        for credential in remembered {
            let device = devices::find(tx, &DeviceId::new(credential.as_str()))?;
            if device.is_none_or(|device| !self.is_trusted(&device, now)) {
                proofs.retain(|e| e.credential != credential);
            }
        }
        Ok(proofs)
    }

    /// Whether people may trust browsers here.
    pub(crate) fn trusts(&self) -> bool {
        self.settings.devices.trusted_for > Seconds(0)
    }

    /// Whether a browser may stand in for a routine second factor here and now.
    pub(crate) fn is_trusted(&self, device: &Device, now: Timestamp) -> bool {
        self.trusts() && device.is_trusted(now)
    }

    /// Recognises the browser that a sign-in went through in, and trusts it where `trust` says so. The cookie to
    /// set, when there is a new one.
    pub(crate) fn recognise(
        &self,
        tx: &mut Tx<'_>,
        sign_in: &SignIn<'_>,
        trust: bool,
    ) -> Result<Option<Secret>, EngineError> {
        let SignIn { call, user, .. } = *sign_in;
        let (cookie_id, fresh) = renewed_cookie(tx, call, sign_in.cookie.as_ref())?;
        let ip = call.peer.ip.map(|ip| ip.to_string());
        let user_agent = &call.peer.user_agent;
        let new;
        let device = if let Some(device) = &sign_in.device {
            devices::seen(tx, &device.id, ip.as_deref(), user_agent, call.now)?;
            device
        } else {
            let known = devices::ages_of_user(tx, &user.id)?;
            new = Device {
                id: DeviceId::new(call.id()),
                cookie_id,
                user_id: user.id.clone(),
                first_seen_at: call.now,
                last_seen_at: call.now,
                ip,
                user_agent: Some(user_agent.clone()),
                trusted_at: None,
                trusted_until: None,
            };
            devices::insert(tx, &new)?;
            tx.audit(about(call, &new, names::DEVICE_RECOGNISED));
            // The first one is no news, and whoever signs in again and again without cookies fills no inbox.
            let day_ago = call.now.minus(Seconds(86_400));
            let lately = known.iter().filter(|(_, since)| *since > day_ago);
            if !known.is_empty() && lately.count() < NEWS_A_DAY {
                self.notify(tx, call, user, Happened::NewDevice)?;
            }
            for (oldest, _) in known.iter().skip(MOST - 1) {
                if let Some(oldest) = devices::find(tx, oldest)? {
                    self.forget(tx, call, &oldest, "there were too many")?;
                }
            }
            &new
        };
        if trust && self.trusts() {
            let until = call.now.plus(self.settings.devices.trusted_for);
            if devices::trust(tx, &device.id, call.now, until)? {
                let event = about(call, device, names::DEVICE_TRUSTED);
                tx.audit(event.with("until", until.secs()));
            }
        }
        Ok(fresh)
    }

    /// Somebody may hold a copy of this cookie: nobody is recognised by it any more, and whoever was is told.
    fn give_up_browser(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        cookie: &DeviceCookie,
    ) -> Result<(), EngineError> {
        // Where the copy was used is not everybody's to know.
        let nowhere = Peer::default();
        let from_nowhere = Call {
            peer: &nowhere,
            ..*call
        };
        for device in devices::everybodys(tx, &cookie.id)? {
            sessions::hold_all_of(tx, &device.user_id, call.now)?;
            self.end_remembered(tx, call, &device)?;
            tx.audit(about(call, &device, names::DEVICE_SUSPECTED));
            if let Some(user) = users::find(tx, &device.user_id)? {
                self.notify(tx, &from_nowhere, &user, Happened::DeviceSuspected)?;
            }
        }
        devices::remove_cookie(tx, &cookie.id)?;
        Ok(())
    }

    /// Lets what this browser stands in for count no longer, and ends the grants that were made from it.
    fn end_remembered(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        device: &Device,
    ) -> Result<(), EngineError> {
        let as_credential = CredentialId::new(device.id.as_str());
        self.end_proofs_by(tx, call, &device.user_id, &as_credential)?;
        Ok(())
    }

    /// Trusts a browser no longer; `false` when it was not trusted.
    pub(crate) fn distrust(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        device: &Device,
        why: &str,
    ) -> Result<bool, EngineError> {
        // First: a grant at the same time rests on this browser and is ended with it, or asks for more.
        sessions::hold_all_of(tx, &device.user_id, call.now)?;
        self.trust_ended(tx, call, device, why)
    }

    /// The same, where the person's sessions are held.
    fn trust_ended(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        device: &Device,
        why: &str,
    ) -> Result<bool, EngineError> {
        if !devices::distrust(tx, &device.id)? {
            return Ok(false);
        }
        self.end_remembered(tx, call, device)?;
        tx.audit(about(call, device, names::DEVICE_DISTRUSTED).with("why", why));
        Ok(true)
    }

    /// Trusts none of the person's browsers any longer: what they were trusted on has changed.
    pub(crate) fn distrust_all(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        user: &UserId,
        why: &str,
    ) -> Result<(), EngineError> {
        sessions::hold_all_of(tx, user, call.now)?;
        for device in devices::of_user(tx, user)? {
            self.trust_ended(tx, call, &device, why)?;
        }
        Ok(())
    }

    /// Forgets a browser for its person; `false` when it was forgotten before.
    pub(crate) fn forget(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        device: &Device,
        why: &str,
    ) -> Result<bool, EngineError> {
        // Nothing rests on a browser that is not trusted, and looking costs what the person has of sessions and grants.
        if device.trusted_until.is_some() {
            sessions::hold_all_of(tx, &device.user_id, call.now)?;
            self.end_remembered(tx, call, device)?;
        }
        if !devices::remove(tx, &device.id, &device.user_id)? {
            return Ok(false);
        }
        tx.audit(about(call, device, names::DEVICE_FORGOTTEN).with("why", why));
        Ok(true)
    }
}

/// The browser's cookie under a new secret, or a new cookie.
fn renewed_cookie(
    tx: &mut Tx<'_>,
    call: &Call<'_>,
    cookie: Option<&(DeviceCookie, Hashed)>,
) -> Result<(String, Option<Secret>), StoreError> {
    let secret = call.secret();
    let hash = Hashed::of(&secret);
    let Some((cookie, shown)) = cookie else {
        let new = DeviceCookie {
            id: call.id(),
            secret_hash: hash,
            previous_hash: None,
            rotated_at: call.now,
        };
        devices::insert_cookie(tx, &new)?;
        let whole = whole(&new.id, &secret);
        return Ok((new.id, Some(whole)));
    };
    let just_now = call.now < cookie.rotated_at.plus(TOGETHER);
    if just_now && *shown != cookie.secret_hash {
        return Ok((cookie.id.clone(), None));
    }
    let rotated = devices::rotate_cookie(tx, cookie, shown, &hash, call.now)?;
    let whole = rotated.then(|| whole(&cookie.id, &secret));
    Ok((cookie.id.clone(), whole))
}

fn whole(id: &str, secret: &Secret) -> Secret {
    Secret::new(format!("{id}.{}", secret.expose()))
}

fn about(call: &Call<'_>, device: &Device, name: &'static str) -> Event {
    call.event(name)
        .user(&device.user_id)
        .with("device", device.id.as_str())
}
