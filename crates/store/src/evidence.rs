//! The proofs a session holds. Added or revoked, never edited; no level is stored.

use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use stepwell_core::authn::evidence::{Evidence, Method};
use stepwell_core::ids::{CredentialId, EvidenceId, SessionId, UserId};
use stepwell_core::time::Timestamp;

use crate::backend::{AnyConn, on_backend};
use crate::column::{Micros, OptMicros, Text, json, to_json};
use crate::schema::evidence;
use crate::update::update;
use crate::{StoreError, Tx};

#[derive(Queryable)]
struct Row {
    #[diesel(deserialize_as = Text)]
    id: EvidenceId,
    #[diesel(deserialize_as = Text)]
    method: Method,
    #[diesel(deserialize_as = Text)]
    credential: CredentialId,
    #[diesel(deserialize_as = Micros)]
    at: Timestamp,
    traits: String,
    amr: String,
    #[diesel(deserialize_as = OptMicros)]
    enrolled_at: Option<Timestamp>,
}

/// Adds a proof to a session.
pub fn insert(
    tx: &mut Tx<'_>,
    session: &SessionId,
    user: &UserId,
    new: &Evidence,
) -> Result<(), StoreError> {
    let insert = diesel::insert_into(evidence::table).values((
        evidence::id.eq(new.id.as_str()),
        evidence::session_id.eq(session.as_str()),
        evidence::user_id.eq(user.as_str()),
        evidence::method.eq(new.method.as_str()),
        evidence::credential_id.eq(new.credential.as_str()),
        evidence::proved_at.eq(new.at.as_micros()),
        evidence::traits.eq(to_json(&new.traits)?),
        evidence::amr.eq(to_json(&new.amr)?),
        evidence::enrolled_at.eq(new.enrolled_at.map(Timestamp::as_micros)),
    ));
    on_backend!(tx.writer()?, conn => insert.execute(conn))?;
    Ok(())
}

/// Lets the proofs of a credential count no longer, in whatever session, and names them.
pub fn revoke_of_credential(
    tx: &mut Tx<'_>,
    credential: &CredentialId,
    now: Timestamp,
) -> Result<Vec<EvidenceId>, StoreError> {
    let revoked = update!(
        evidence::table,
        set evidence::revoked_at.eq(Some(now.as_micros())),
        when evidence::credential_id
            .eq(credential.as_str())
            .and(evidence::revoked_at.is_null()),
    )
    .returning(evidence::id)
    .load::<String>(tx.writer()?)?;
    Ok(revoked.into_iter().map(EvidenceId::new).collect())
}

/// The most proofs that are read of one session: the newest. Who proves something ever again is judged by
/// what was proven last, and nobody makes a request slow by it.
const NEWEST: i64 = 64;

/// The newest proofs of a session that are not revoked, at most 64, oldest first.
pub fn live_of(tx: &mut Tx<'_>, session: &SessionId) -> Result<Vec<Evidence>, StoreError> {
    let newest = evidence::table
        .filter(
            evidence::session_id
                .eq(session.as_str())
                .and(evidence::revoked_at.is_null()),
        )
        .order((evidence::proved_at.desc(), evidence::id.desc()))
        .select((
            evidence::id,
            evidence::method,
            evidence::credential_id,
            evidence::proved_at,
            evidence::traits,
            evidence::amr,
            evidence::enrolled_at,
        ));
    let rows: Vec<Row> = match tx.conn() {
        AnyConn::Postgres(conn) => newest.limit(NEWEST).load(conn)?,
        // Reads no further; a LIMIT would be prepared anew at each call, and every page asks this.
        AnyConn::Sqlite(conn) => {
            let rows = newest.load_iter::<Row, DefaultLoadingMode>(conn)?;
            rows.take(usize::try_from(NEWEST).unwrap_or_default())
                .collect::<QueryResult<_>>()?
        }
    };
    let mut proofs = rows
        .into_iter()
        .map(|row| {
            Ok(Evidence {
                id: row.id,
                method: row.method,
                credential: row.credential,
                at: row.at,
                traits: json(&row.traits)?,
                amr: json(&row.amr)?,
                enrolled_at: row.enrolled_at,
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    proofs.reverse();
    Ok(proofs)
}
