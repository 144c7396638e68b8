//! The hash chain: each record's digest covers the one before it.
//!
//! The digest is SHA-256 over a fixed serialisation: a version label, then every field in order, each
//! absent (`0`) or present (`1`, its length in eight bytes, its bytes). Lengths make it unambiguous.

use std::fmt;

use sha2::{Digest, Sha256};

use super::Event;
use crate::entropy::hex;
use crate::time::Timestamp;

/// What the first record names as its predecessor.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

const VERSION: &str = "stepwell audit 1";

/// An event in its place in the chain: what is stored, field by field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place, counted from 1 without gaps.
    pub seq: i64,
    /// When it happened.
    pub at: Timestamp,
    /// The dotted name.
    pub event: String,
    /// The reference that the person saw.
    pub reference: Option<String>,
    /// Who did it, when it is not the person concerned.
    pub actor: Option<String>,
    /// The person concerned.
    pub user_id: Option<String>,
    /// The client concerned.
    pub client_id: Option<String>,
    /// The session concerned.
    pub session_id: Option<String>,
    /// The interaction it happened in.
    pub interaction_id: Option<String>,
    /// The address the request came from.
    pub ip: Option<String>,
    /// The details: a JSON object as text.
    pub data: String,
    /// The digest of the record before, or [`GENESIS`].
    pub prev: String,
    /// The digest of this record, lower-case hexadecimal.
    pub hash: String,
}

/// A place in the chain and the digest there; keep one elsewhere and a cut chain is found too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The last record's place; 0 while there is none.
    pub seq: i64,
    /// That record's digest, or [`GENESIS`].
    pub hash: String,
}

/// How a chain was found broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// The record's fields do not give the digest it carries.
    Edited,
    /// The record expected here is not there.
    Removed,
    /// The record does not name the one before it: rows were exchanged or rewritten.
    Unlinked,
    /// The chain's head is later than its last record: the end was cut off.
    TailCut,
    /// There is a record later than the chain's head.
    BeyondHead,
    /// The record differs from the checkpoint that was kept elsewhere, or is not there any more.
    NotTheCheckpoint,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Edited => "the record was edited",
            Self::Removed => "a record was removed",
            Self::Unlinked => {
                "the record does not follow the one before it; records were exchanged or rewritten"
            }
            Self::TailCut => "the end of the chain was cut off",
            Self::BeyondHead => "the record lies beyond the head of the chain",
            Self::NotTheCheckpoint => "the chain does not contain the checkpoint",
        })
    }
}

impl Record {
    /// Gives an event its place after the record whose digest is `prev`.
    pub fn seal(event: &Event, seq: i64, prev: &str) -> Self {
        let mut record = Self {
            seq,
            at: event.at,
            event: event.name.to_owned(),
            reference: event.reference.clone(),
            actor: event.actor.clone(),
            user_id: event.user.as_ref().map(ToString::to_string),
            client_id: event.client.as_ref().map(ToString::to_string),
            session_id: event.session.as_ref().map(ToString::to_string),
            interaction_id: event.interaction.as_ref().map(ToString::to_string),
            ip: event.ip.clone(),
            data: serde_json::Value::Object(event.data.clone()).to_string(),
            prev: prev.to_owned(),
            hash: String::new(),
        };
        record.hash = record.digest();
        record
    }

    /// The digest that the fields give.
    pub fn digest(&self) -> String {
        let mut sha = Sha256::new();
        field(&mut sha, Some(VERSION.as_bytes()));
        field(&mut sha, Some(self.prev.as_bytes()));
        field(&mut sha, Some(&self.seq.to_be_bytes()));
        field(&mut sha, Some(&self.at.as_micros().to_be_bytes()));
        field(&mut sha, Some(self.event.as_bytes()));
        for text in [
            &self.reference,
            &self.actor,
            &self.user_id,
            &self.client_id,
            &self.session_id,
            &self.interaction_id,
            &self.ip,
        ] {
            field(&mut sha, text.as_deref().map(str::as_bytes));
        }
        field(&mut sha, Some(self.data.as_bytes()));
        hex(&sha.finalize())
    }

    /// Whether this record is whole and comes directly after `before`.
    ///
    /// # Errors
    /// The way in which the chain is broken here.
    pub fn follows(&self, before: &Checkpoint) -> Result<(), Break> {
        if self.seq != before.seq + 1 {
            return Err(Break::Removed);
        }
        if self.digest() != self.hash {
            return Err(Break::Edited);
        }
        if self.prev != before.hash {
            return Err(Break::Unlinked);
        }
        Ok(())
    }
}

fn field(sha: &mut Sha256, bytes: Option<&[u8]>) {
    let Some(bytes) = bytes else {
        return sha.update([0]);
    };
    sha.update([1]);
    sha.update((bytes.len() as u64).to_be_bytes());
    sha.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::names;

    fn start() -> Checkpoint {
        Checkpoint {
            seq: 0,
            hash: GENESIS.to_owned(),
        }
    }

    fn first() -> Record {
        let event = Event::new(names::STEPUP_PASSED, Timestamp::from_secs(9)).ip("::1");
        Record::seal(&event, 1, GENESIS)
    }

    #[test]
    fn a_sealed_record_follows_the_one_it_was_sealed_after() {
        let one = first();
        assert_eq!(one.follows(&start()), Ok(()));
        let two = Record::seal(&Event::new(names::STEPUP_FAILED, one.at), 2, &one.hash);
        assert_eq!(
            two.follows(&Checkpoint {
                seq: 1,
                hash: one.hash
            }),
            Ok(())
        );
        assert_eq!(two.follows(&start()), Err(Break::Removed));
        let other = Checkpoint {
            seq: 1,
            hash: "11".repeat(32),
        };
        assert_eq!(two.follows(&other), Err(Break::Unlinked));
    }

    #[test]
    fn every_field_is_covered_by_the_digest() {
        let edits: [fn(&mut Record); 11] = [
            |r| r.at = Timestamp::from_secs(10),
            |r| r.event.push('x'),
            |r| r.reference = Some(String::new()),
            |r| r.actor = Some(String::new()),
            |r| r.user_id = Some(String::new()),
            |r| r.client_id = Some(String::new()),
            |r| r.session_id = Some(String::new()),
            |r| r.interaction_id = Some(String::new()),
            |r| r.ip = None,
            |r| r.data.push(' '),
            |r| r.prev = "11".repeat(32),
        ];
        for (n, edit) in edits.into_iter().enumerate() {
            let mut record = first();
            edit(&mut record);
            assert_eq!(record.follows(&start()), Err(Break::Edited), "edit {n}");
        }
    }

    #[test]
    fn text_moved_from_one_field_to_the_next_changes_the_digest() {
        let (mut a, mut b) = (first(), first());
        (a.actor, a.user_id) = (Some("ab".into()), Some("c".into()));
        (b.actor, b.user_id) = (Some("a".into()), Some("bc".into()));
        assert_ne!(a.digest(), b.digest());
    }
}
