//! The life of signing keys: next, current, previous, revoked.
//!
//! Private keys are sealed before they are stored. A next key is published before it signs, a previous one
//! after, so that nobody is surprised by either.

use stepwell_core::audit::names;
use stepwell_core::ids::KeyId;
use stepwell_core::time::Seconds;
use stepwell_store::keys::{self as rows, Key, KeyStatus as Stored};
use stepwell_store::{Db, Tx, revisions};
use zeroize::Zeroizing;

use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;
use crate::seal::SealingKeys;
use crate::tokens::jose::generate;
use crate::tokens::keyring::PrivateJwk;
use crate::tokens::thumbprint::thumbprint;
use crate::tokens::{Algorithm, KeyRecord, KeyRing, KeyStatus};

/// A key as administrators see it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct KeyView {
    /// Its `kid`.
    pub kid: KeyId,
    /// What it signs with.
    pub alg: String,
    /// Where it is in its life.
    pub status: String,
    /// Since when it exists, RFC 3339.
    pub created_at: String,
    /// Since when it has this status, RFC 3339.
    pub status_at: String,
}

/// What a private key is sealed for.
pub(crate) fn purpose(kid: &str) -> String {
    format!("key:{kid}")
}

/// How long whoever verifies may keep the published key set before fetching it anew.
pub const KEY_SET_CACHED: Seconds = Seconds(300);

/// How long a next key has to be published before it signs: as long as a key set is kept, and ten seconds for
/// every node to have seen it.
const AHEAD: Seconds = Seconds(KEY_SET_CACHED.0 + 10);

/// Which next key may be taken by a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// One that has been published for so long that every verifier can know it.
    WhenKnown,
    /// Any, also one made in this moment: verifiers with a key set from before refuse what it signs until
    /// they fetch anew.
    Now,
}

/// How long a key that no longer signs is kept for verifying: longer than any token of ours lives, and long
/// enough for ID tokens that come back as hints.
const KEPT: Seconds = Seconds(30 * 86_400);

/// Stops trusting keys that have been previous for so long that nothing they signed is alive.
fn retire(call: &Call<'_>, tx: &mut Tx<'_>, keys: &[Key]) -> Result<(), EngineError> {
    let old = |key: &&Key| {
        key.status == Stored::Previous && call.now.since(key.status_at) > KEPT.as_micros()
    };
    for key in keys.iter().filter(old) {
        if rows::set_status(tx, &key.id, Stored::Previous, Stored::Revoked, call.now)? {
            tx.audit(
                call.event(names::KEY_REVOKED)
                    .with("kid", key.id.as_str())
                    .with("why", "nothing that it signed is alive"),
            );
        }
    }
    Ok(())
}

/// Makes a current key for every algorithm that has none. Where it is the first, and not of RSA, which takes up to a
/// second, the next one is made with it, so that every key set that was ever published holds both. Two nodes that start
/// together may both try: the database keeps the first.
pub(crate) fn ensure_current(
    call: &Call<'_>,
    db: &Db,
    seal: &SealingKeys,
) -> Result<(), EngineError> {
    let have = db.read(rows::all)?;
    let missing: Vec<Algorithm> = Algorithm::ALL
        .into_iter()
        .filter(|alg| !has(&have, *alg, Stored::Current))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut made = Vec::new();
    for alg in missing {
        let quick = matches!(alg, Algorithm::Es256 | Algorithm::EdDsa);
        let first = !have.iter().any(|key| key.alg == alg.as_str());
        let next = (first && quick)
            .then(|| make(call, seal, alg))
            .transpose()?;
        made.push((alg, make(call, seal, alg)?, next));
    }
    db.write(|tx| -> Result<(), EngineError> {
        let have = settled(tx)?;
        for (alg, current, next) in &made {
            if has(&have, *alg, Stored::Current) {
                continue;
            }
            insert(call, tx, current, Stored::Current)?;
            if let Some(next) = next.as_ref().filter(|_| !has(&have, *alg, Stored::Next)) {
                insert(call, tx, next, Stored::Next)?;
            }
        }
        Ok(())
    })
}

/// Every key, as it stays until this write ends: whoever else wants to change keys waits. Bumping the
/// revision first is what locks it on PostgreSQL, where writes run side by side.
fn settled(tx: &mut Tx<'_>) -> Result<Vec<Key>, EngineError> {
    revisions::bump(tx, revisions::KEYS)?;
    Ok(rows::all(tx)?)
}

/// Why the next key of an algorithm may not sign yet; none when it may.
fn unknown(call: &Call<'_>, alg: Algorithm, rows: &[Key]) -> Option<String> {
    let next = |key: &&Key| key.alg == alg.as_str() && key.status == Stored::Next;
    let next = rows.iter().find(next);
    let ours: Vec<&Key> = rows.iter().filter(|key| key.alg == alg.as_str()).collect();
    // Two keys, made at once: they are the first, and nobody can hold a key set without the next one.
    if let [one, other] = ours[..]
        && next.is_some()
        && one.created_at == other.created_at
    {
        return None;
    }
    let since = next.map_or(call.now, |key| key.status_at);
    let known = since.plus(AHEAD);
    (call.now < known).then(|| {
        format!(
            "the next {alg} key is published only since {}, and whoever verifies tokens may hold the key set of \
             before: rotate after {}, or with --now, and those refuse new tokens until they fetch the key set again",
            since.rfc3339(),
            known.plus(Seconds(1)).rfc3339()
        )
    })
}

fn has(rows: &[Key], alg: Algorithm, status: Stored) -> bool {
    rows.iter()
        .any(|key| key.alg == alg.as_str() && key.status == status)
}

fn make(call: &Call<'_>, seal: &SealingKeys, alg: Algorithm) -> Result<Key, EngineError> {
    let (private, public) = generate(alg).map_err(EngineError::broken)?;
    let kid = thumbprint(&public).map_err(EngineError::broken)?;
    let sealed = seal.seal(&purpose(&kid), private.as_bytes(), call.entropy);
    Ok(Key {
        id: KeyId::new(kid),
        alg: alg.as_str().to_owned(),
        status: Stored::Next,
        public_jwk: serde_json::to_string(&public).map_err(EngineError::broken)?,
        sealed_private: sealed,
        created_at: call.now,
        status_at: call.now,
    })
}

fn insert(call: &Call<'_>, tx: &mut Tx<'_>, key: &Key, status: Stored) -> Result<(), EngineError> {
    rows::insert(
        tx,
        &Key {
            status,
            ..key.clone()
        },
    )?;
    tx.audit(
        call.event(names::KEY_CREATED)
            .actor("system")
            .with("kid", key.id.as_str())
            .with("alg", key.alg.as_str())
            .with("status", status.as_str()),
    );
    Ok(())
}

/// Opens every key that is still trusted.
pub(crate) fn ring(rows: &[Key], seal: &SealingKeys) -> Result<KeyRing, EngineError> {
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let status = match row.status {
            Stored::Next => KeyStatus::Next,
            Stored::Current => KeyStatus::Current,
            Stored::Previous => KeyStatus::Previous,
            Stored::Revoked => continue,
        };
        let plain = seal
            .open(&purpose(row.id.as_str()), &row.sealed_private)
            .map_err(EngineError::broken)?;
        let text = std::str::from_utf8(&plain).map_err(EngineError::broken)?;
        records.push(KeyRecord {
            kid: row.id.clone(),
            alg: row
                .alg
                .parse()
                .map_err(|_| EngineError::broken(format!("unknown key algorithm {}", row.alg)))?,
            status,
            private_jwk: PrivateJwk(Zeroizing::new(text.to_owned())),
        });
    }
    KeyRing::new(&records).map_err(EngineError::broken)
}

impl Engine {
    /// Every key: by algorithm, and then by where it is in its life.
    ///
    /// # Errors
    /// When the database is away.
    pub fn list_keys(&self) -> Result<Vec<KeyView>, EngineError> {
        let mut rows = self.db.read(rows::all)?;
        rows.sort_by(|a, b| {
            (&a.alg, a.status, a.created_at).cmp(&(&b.alg, b.status, b.created_at))
        });
        let view = |key: Key| KeyView {
            kid: key.id,
            alg: key.alg,
            status: key.status.as_str().to_owned(),
            created_at: key.created_at.rfc3339(),
            status_at: key.status_at.rfc3339(),
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Makes a next key where there is none, so that it is published before it signs.
    ///
    /// # Errors
    /// When the database is away.
    pub fn ensure_next_keys(&self, call: &Call<'_>) -> Result<(), EngineError> {
        for alg in Algorithm::ALL {
            if !has(&self.db.read(rows::all)?, alg, Stored::Next) {
                let key = make(call, &self.seal, alg)?;
                self.db.write(|tx| -> Result<(), EngineError> {
                    if has(&settled(tx)?, alg, Stored::Next) {
                        Ok(())
                    } else {
                        insert(call, tx, &key, Stored::Next)
                    }
                })?;
            }
        }
        self.refresh().map(|_| ())
    }

    /// Lets the next key sign, keeps the current one for verifying, and makes a new next key; for one
    /// algorithm or all.
    ///
    /// # Errors
    /// When a next key is not known well enough; then none is rotated. When the database is away.
    pub fn rotate_keys(
        &self,
        call: &Call<'_>,
        only: Option<Algorithm>,
        rotation: Rotation,
    ) -> Result<Vec<KeyView>, EngineError> {
        let mut algs = Algorithm::ALL.to_vec();
        algs.retain(|alg| only.is_none_or(|o| o == *alg));
        if rotation == Rotation::WhenKnown {
            // What is missing is published here, so that the rotation can be tried again.
            self.ensure_next_keys(call)?;
            let have = self.db.read(rows::all)?;
            let unknown = algs.iter().filter_map(|alg| unknown(call, *alg, &have));
            let unknown: Vec<String> = unknown.collect();
            if !unknown.is_empty() {
                return Err(EngineError::Invalid(unknown));
            }
        }
        for alg in algs {
            let spare = make(call, &self.seal, alg)?;
            let following = make(call, &self.seal, alg)?;
            self.db.write(|tx| -> Result<(), EngineError> {
                let have: Vec<Key> = settled(tx)?
                    .into_iter()
                    .filter(|k| k.alg == alg.as_str())
                    .collect();
                // Somebody else may have rotated meanwhile.
                if rotation == Rotation::WhenKnown
                    && let Some(why) = unknown(call, alg, &have)
                {
                    return Err(EngineError::Invalid(vec![why]));
                }
                retire(call, tx, &have)?;
                for key in have.iter().filter(|k| k.status == Stored::Current) {
                    rows::set_status(tx, &key.id, Stored::Current, Stored::Previous, call.now)?;
                }
                let next = match have.iter().find(|k| k.status == Stored::Next) {
                    Some(next) => next.id.clone(),
                    None => {
                        insert(call, tx, &spare, Stored::Next)?;
                        spare.id.clone()
                    }
                };
                rows::set_status(tx, &next, Stored::Next, Stored::Current, call.now)?;
                insert(call, tx, &following, Stored::Next)?;
                tx.audit(
                    call.event(names::KEY_ROTATED)
                        .with("alg", alg.as_str())
                        .with("kid", next.as_str()),
                );
                Ok(())
            })?;
        }
        self.refresh()?;
        self.list_keys()
    }
}
