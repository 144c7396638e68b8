//! Whose attestations count: certificate authorities of authenticator makers, from configuration.

use std::fmt;

use webauthn_rs::prelude::{AttestationCaList, Credential};

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

/// Attestation roots.
#[derive(Clone, Default)]
pub struct Authorities(AttestationCaList);

impl Authorities {
    /// Adds every certificate of a PEM file.
    ///
    /// # Errors
    /// When it holds none, or one that cannot be read.
    pub fn add_pem(&mut self, pem: &str) -> Result<(), String> {
        let starts: Vec<usize> = pem.match_indices(BEGIN).map(|(at, _)| at).collect();
        if starts.is_empty() {
            return Err("holds no certificate (PEM)".to_owned());
        }
        for (n, start) in starts.iter().enumerate() {
            let end = starts.get(n + 1).copied().unwrap_or(pem.len());
            let one = AttestationCaList::try_from(pem[*start..end].trim().as_bytes())
                .map_err(|_| format!("certificate {} cannot be read", n + 1))?;
            self.0.union(&one);
        }
        Ok(())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them vouches for the authenticator that made this credential.
    pub(super) fn vouch_for(&self, credential: &Credential) -> bool {
        !self.is_empty() && matches!(credential.verify_attestation(&self.0), Ok(Some(_)))
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authorities({})", self.0.len())
    }
}
