//! Every stored secret, sealed anew under the current sealing key, so that an older one can go.
//!
//! Whoever adds a place where something sealed is stored adds it here.

use serde_json::Value;
use stepwell_core::audit::names;
use stepwell_core::authn::Method;
use stepwell_core::ids::{CredentialId, InteractionId};
use stepwell_core::secret::Hashed;
use stepwell_store::{StoreError, Tx, credentials, interactions, keys, links, outbox, secrets};

use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;
use crate::factors::waiting_purposes;
use crate::seal::{SealError, SealingKeys};

/// Rows that are read in one go.
const PAGE: i64 = 500;

impl Engine {
    /// Seals every stored secret anew under the current sealing key; says how many it changed. What is over, and so is
    /// never opened again, is left to be cleared away.
    ///
    /// # Errors
    /// When the database is away or a secret does not open.
    pub fn reseal(&self, call: &Call<'_>) -> Result<usize, EngineError> {
        self.db.write_alone(|tx| {
            let changed = self.reseal_keys(tx, call)?
                + self.reseal_secrets(tx, call)?
                + self.reseal_authenticators(tx, call)?
                + self.reseal_messages(tx, call)?
                + self.reseal_links(tx, call)?
                + self.reseal_interactions(tx, call)?;
            tx.audit(call.event(names::KEY_RESEALED).with("count", changed));
            Ok(changed)
        })
    }

    fn reseal_keys(&self, tx: &mut Tx<'_>, call: &Call<'_>) -> Result<usize, EngineError> {
        let mut changed = 0;
        for key in keys::all(tx)? {
            let purpose = crate::keys::purpose(key.id.as_str());
            if let Some(new) = self.resealed(call, &[purpose], &key.sealed_private)? {
                keys::replace_sealed(tx, &key.id, &key.sealed_private, &new)?;
                changed += 1;
            }
        }
        Ok(changed)
    }

    fn reseal_secrets(&self, tx: &mut Tx<'_>, call: &Call<'_>) -> Result<usize, EngineError> {
        let mut changed = 0;
        for (name, sealed) in secrets::all(tx)? {
            if let Some(new) = self.resealed(call, &[format!("secret:{name}")], &sealed)? {
                secrets::replace(tx, &name, &sealed, &new)?;
                changed += 1;
            }
        }
        Ok(changed)
    }

    fn reseal_authenticators(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
    ) -> Result<usize, EngineError> {
        let read = |tx: &mut Tx<'_>, after: Option<&CredentialId>| {
            credentials::live_with(tx, &Method::totp(), after, PAGE)
        };
        each(
            tx,
            read,
            |one| one.id.clone(),
            |tx, one| {
                let purpose = crate::factors::totp_purpose(one.id.as_str());
                let Some(new) = self.resealed(call, &[purpose], &one.secret)? else {
                    return Ok(0);
                };
                credentials::update_secret(tx, &one.id, &one.secret, &new)?;
                Ok(1)
            },
        )
    }

    fn reseal_messages(&self, tx: &mut Tx<'_>, call: &Call<'_>) -> Result<usize, EngineError> {
        let read = |tx: &mut Tx<'_>, after: Option<&String>| {
            outbox::sealed(tx, after.map_or("", String::as_str), PAGE)
        };
        each(
            tx,
            read,
            |(id, _)| id.clone(),
            |tx, (id, sealed)| {
                let Some(new) = self.resealed(call, &[crate::outbox::purpose(id)], sealed)? else {
                    return Ok(0);
                };
                outbox::replace_sealed(tx, id, sealed, &new)?;
                Ok(1)
            },
        )
    }

    fn reseal_links(&self, tx: &mut Tx<'_>, call: &Call<'_>) -> Result<usize, EngineError> {
        let read = |tx: &mut Tx<'_>, after: Option<&Hashed>| links::sealed(tx, after, PAGE);
        each(
            tx,
            read,
            |(hash, _)| hash.clone(),
            |tx, (hash, sealed)| {
                let Some(new) = self.resealed(call, &[crate::links::sealed_for(hash)], sealed)?
                else {
                    return Ok(0);
                };
                links::replace_sealed(tx, hash, sealed, &new)?;
                Ok(1)
            },
        )
    }

    /// What waits in an interaction: a secret that is being set up, and the keys of codes on their way.
    fn reseal_interactions(&self, tx: &mut Tx<'_>, call: &Call<'_>) -> Result<usize, EngineError> {
        let read = |tx: &mut Tx<'_>, after: Option<&InteractionId>| {
            interactions::unfinished_after(tx, after, PAGE)
        };
        each(
            tx,
            read,
            |(id, ..)| id.clone(),
            |tx, (id, version, text)| {
                let mut state: Value = serde_json::from_str(text).map_err(EngineError::broken)?;
                let count = self.reseal_waiting(call, &mut state)?;
                // A page that was loaded before does not put the old text back: it is a save like any other.
                let saves = count > 0;
                let saved =
                    saves && interactions::save_state(tx, id, *version, &state.to_string())?;
                Ok(if saved { count } else { 0 })
            },
        )
    }

    /// Everything sealed in a state, wherever a factor put it: each stands beside the authenticator it is sealed for.
    fn reseal_waiting(&self, call: &Call<'_>, value: &mut Value) -> Result<usize, EngineError> {
        let mut changed = 0;
        if let Value::Object(members) = value {
            let credential = members.get("credential").and_then(Value::as_str);
            let purposes = credential.map(waiting_purposes).unwrap_or_default();
            for name in ["sealed", "key"] {
                let Some(Value::String(sealed)) = members.get_mut(name) else {
                    continue;
                };
                if !purposes.is_empty()
                    && SealingKeys::is_sealed(sealed)
                    && let Some(new) = self.resealed(call, &purposes, sealed)?
                {
                    *sealed = new;
                    changed += 1;
                }
            }
            for member in members.values_mut() {
                changed += self.reseal_waiting(call, member)?;
            }
        } else if let Value::Array(items) = value {
            for item in items {
                changed += self.reseal_waiting(call, item)?;
            }
        }
        Ok(changed)
    }

    /// The text under the current key, for the one of these purposes that it was sealed for; none where it is under
    /// that key already.
    fn resealed(
        &self,
        call: &Call<'_>,
        purposes: &[String],
        sealed: &str,
    ) -> Result<Option<String>, EngineError> {
        if self.seal.is_current(sealed) {
            return Ok(None);
        }
        let mut why = SealError::Shape;
        for purpose in purposes {
            match self.seal.open(purpose, sealed) {
                Ok(plain) => return Ok(Some(self.seal.seal(purpose, &plain, call.entropy))),
                Err(error) => why = error,
            }
        }
        Err(EngineError::broken(why))
    }
}

/// Goes through rows page by page, in the order of their keys; adds up what each changed.
fn each<K, R>(
    tx: &mut Tx<'_>,
    read: impl Fn(&mut Tx<'_>, Option<&K>) -> Result<Vec<R>, StoreError>,
    key: impl Fn(&R) -> K,
    one: impl Fn(&mut Tx<'_>, &R) -> Result<usize, EngineError>,
) -> Result<usize, EngineError> {
    let mut changed = 0;
    let mut after = None;
    loop {
        let page = read(tx, after.as_ref())?;
        let Some(last) = page.last() else {
            return Ok(changed);
        };
        after = Some(key(last));
        for row in &page {
            changed += one(tx, row)?;
        }
    }
}
