//! Argon2id, with the parameters that OWASP recommends, in PHC strings.

use std::fmt;
use std::sync::Arc;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, Version};
use stepwell_core::entropy::Entropy;
use stepwell_core::secret::Secret;
use subtle::ConstantTimeEq;

use super::gate::{Busy, HashGate};
use super::memory::Memory;
use super::{MAX_BYTES, normalised};

const ALGORITHM: Algorithm = Algorithm::Argon2id;
const VERSION: Version = Version::V0x13;
const SALT: usize = 16;
const OUTPUT: usize = 32;
/// Stored hashes beyond these costs are not ours and could be used to stall us.
const MOST_MEMORY_KIB: u32 = 256 * 1024;
const MOST_ITERATIONS: u32 = 16;
const MOST_LANES: u32 = 16;

/// What a hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashParams {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
}

impl Default for HashParams {
    /// OWASP's first recommendation for Argon2id with 19 MiB.
    fn default() -> Self {
        Self {
            memory_kib: 19_456,
            iterations: 2,
            parallelism: 1,
        }
    }
}

/// Why no verdict was reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Longer than is looked at; refused before any hashing.
    #[error("a password has at most {MAX_BYTES} bytes")]
    TooLong,
    /// The gate is full.
    #[error("too many password checks are waiting; try again in a second")]
    Busy,
    /// The stored hash cannot be read.
    #[error("the stored password hash is damaged or not Argon2; let the person set a new password")]
    Damaged,
    /// The configured cost is out of range.
    #[error("the password hash parameters are out of range: {0}")]
    Params(String),
}

impl From<Busy> for PasswordError {
    fn from(Busy: Busy) -> Self {
        Self::Busy
    }
}

/// Whether a password is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// It is.
    pub ok: bool,
    /// It is, and its hash was made at another cost: hash it again and store that.
    pub needs_rehash: bool,
}

/// Hashes and verifies passwords at one configured cost.
pub struct Passwords {
    params: Params,
    gate: Arc<HashGate>,
    memory: Memory,
    dummy: String,
}

impl Passwords {
    /// Prepares hashing, and the hash that stands in for people who do not exist.
    ///
    /// # Errors
    /// When the parameters are out of range.
    pub fn new(
        params: HashParams,
        gate: Arc<HashGate>,
        entropy: &dyn Entropy,
    ) -> Result<Self, PasswordError> {
        if params.memory_kib > MOST_MEMORY_KIB
            || params.iterations > MOST_ITERATIONS
            || params.parallelism > MOST_LANES
        {
            return Err(PasswordError::Params(format!(
                "at most {MOST_MEMORY_KIB} KiB, {MOST_ITERATIONS} iterations and {MOST_LANES} lanes"
            )));
        }
        let params = Params::new(
            params.memory_kib,
            params.iterations,
            params.parallelism,
            Some(OUTPUT),
        )
        .map_err(unusable)?;
        let mut made = Self {
            params,
            gate,
            memory: Memory::default(),
            dummy: String::new(),
        };
        // No hash of anything: nobody knows a password that leads to it, and a guess costs as much as any.
        let (mut salt, mut output) = ([0u8; SALT], [0u8; OUTPUT]);
        entropy.fill(&mut salt);
        entropy.fill(&mut output);
        made.dummy = made.phc(&salt, &output)?;
        Ok(made)
    }

    /// A PHC string for a new password, with a fresh salt.
    ///
    /// # Errors
    /// Too long, or busy.
    pub fn hash(&self, password: &Secret, entropy: &dyn Entropy) -> Result<String, PasswordError> {
        let password = bounded(password)?;
        let mut salt = [0u8; SALT];
        entropy.fill(&mut salt);
        let hasher = Argon2::new(ALGORITHM, VERSION, self.params.clone());
        let mut output = [0u8; OUTPUT];
        self.compute(&hasher, password, &salt, &mut output)?
            .map_err(unusable)?;
        self.phc(&salt, &output)
    }

    /// The PHC string of a hash at the configured cost.
    fn phc(&self, salt: &[u8], output: &[u8]) -> Result<String, PasswordError> {
        let hash = PasswordHash {
            algorithm: ALGORITHM.ident(),
            version: Some(VERSION.into()),
            params: ParamsString::try_from(&self.params).map_err(unusable)?,
            salt: Some(Salt::new(salt).map_err(unusable)?),
            hash: Some(Output::new(output).map_err(unusable)?),
        };
        Ok(hash.to_string())
    }

    /// Gives the memory of hashes back when none came since the last call. To be called now and then.
    pub fn rest(&self) {
        self.memory.rest();
    }

    /// Compares a password with a stored hash; `None` for a person or password that does not exist,
    /// which costs the same (threat 71). Takes as long for a wrong password as for the right one.
    ///
    /// # Errors
    /// Too long, busy, or a stored hash that cannot be read.
    pub fn verify(
        &self,
        password: &Secret,
        stored: Option<&str>,
    ) -> Result<Verdict, PasswordError> {
        let password = bounded(password)?;
        let parsed = stored.map(readable);
        let fallback = || PasswordHash::new(&self.dummy).map_err(|_| PasswordError::Damaged);
        let (hash, known) = match &parsed {
            Some(Some(hash)) => (hash.clone(), true),
            _ => (fallback()?, false),
        };
        let matched = self.matches(password, &hash)?;
        if parsed.is_some_and(|hash| hash.is_none()) {
            return Err(PasswordError::Damaged);
        }
        let ok = matched && known;
        Ok(Verdict {
            ok,
            needs_rehash: ok && !self.is_current(&hash),
        })
    }

    /// Whether `hash` is this password's, computed at the cost that it names.
    fn matches(&self, password: &str, hash: &PasswordHash) -> Result<bool, PasswordError> {
        let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else {
            return Err(PasswordError::Damaged);
        };
        let algorithm = Algorithm::try_from(hash.algorithm.as_str());
        let version = hash.version.map(Version::try_from).transpose();
        let (Ok(algorithm), Ok(version), Ok(params)) = (algorithm, version, Params::try_from(hash))
        else {
            return Err(PasswordError::Damaged);
        };
        let hasher = Argon2::new(algorithm, version.unwrap_or_default(), params);
        let mut buffer = [0u8; Output::MAX_LENGTH];
        let Some(output) = buffer.get_mut(..expected.as_bytes().len()) else {
            return Err(PasswordError::Damaged);
        };
        let computed = self.compute(&hasher, password, salt, output)?;
        Ok(computed.is_ok() && bool::from(output.ct_eq(expected.as_bytes())))
    }

    /// One hash inside the gate.
    fn compute(
        &self,
        hasher: &Argon2<'_>,
        password: &str,
        salt: &[u8],
        output: &mut [u8],
    ) -> Result<argon2::Result<()>, PasswordError> {
        let password = normalised(password);
        let _place = self.gate.enter()?;
        let blocks = hasher.params().block_count();
        Ok(self.memory.lend(blocks, |memory| {
            hasher.hash_password_into_with_memory(password.as_bytes(), salt, output, memory)
        }))
    }

    fn is_current(&self, hash: &PasswordHash) -> bool {
        let same_cost = Params::try_from(hash).is_ok_and(|params| {
            params.m_cost() == self.params.m_cost()
                && params.t_cost() == self.params.t_cost()
                && params.p_cost() == self.params.p_cost()
                && params.output_len() == Some(OUTPUT)
        });
        same_cost
            && hash.algorithm.as_str() == "argon2id"
            && hash.version == Some(Version::V0x13.into())
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords")
            .field("params", &self.params)
            .field("gate", &self.gate)
            .finish_non_exhaustive()
    }
}

fn unusable(error: impl fmt::Display) -> PasswordError {
    PasswordError::Params(error.to_string())
}

fn bounded(password: &Secret) -> Result<&str, PasswordError> {
    let text = password.expose();
    if text.len() > MAX_BYTES {
        Err(PasswordError::TooLong)
    } else {
        Ok(text)
    }
}

/// A stored hash that is complete, of the Argon2 family and of a bearable cost.
fn readable(text: &str) -> Option<PasswordHash> {
    let hash = PasswordHash::new(text).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let bearable = params.m_cost() <= MOST_MEMORY_KIB
        && params.t_cost() <= MOST_ITERATIONS
        && params.p_cost() <= MOST_LANES
        && matches!(hash.algorithm.as_str(), "argon2id" | "argon2i" | "argon2d")
        && hash.salt.is_some()
        && hash.hash.is_some();
    bearable.then_some(hash)
}

#[cfg(test)]
mod tests;
