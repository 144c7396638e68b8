//! Whether an access token that verifies is still live: one question for introspection and userinfo.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use stepwell_core::ids::GrantId;
use stepwell_core::user::Status;

use crate::backend::on_backend;
use crate::schema::{grants, revoked_tokens, users};
use crate::{StoreError, Tx};

/// Whether the token is live: not revoked itself, and, when it was made from a grant, neither is the
/// grant, nor is the person's account locked. Its own times are the caller's to check.
pub fn token_status(
    tx: &mut Tx<'_>,
    jti: &str,
    grant: Option<&GrantId>,
) -> Result<bool, StoreError> {
    let unrevoked = not(exists(revoked_tokens::table.find(jti)));
    let Some(grant) = grant else {
        return Ok(on_backend!(tx.conn(), conn => diesel::select(unrevoked).get_result(conn))?);
    };
    let active = users::table.filter(
        users::id
            .eq(grants::user_id)
            .and(users::status.eq(Status::Active.as_str())),
    );
    let granted = grants::table.filter(
        grants::id
            .eq(grant.as_str())
            .and(grants::revoked_at.is_null())
            .and(exists(active)),
    );
    let live = diesel::select(unrevoked.and(exists(granted)));
    Ok(on_backend!(tx.conn(), conn => live.get_result(conn))?)
}
