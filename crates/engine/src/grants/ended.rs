//! The event that says which grants ended before their time, and why.

use stepwell_core::audit::{Event, names};
use stepwell_core::ids::{GrantId, UserId};

use crate::call::Call;

/// The most grants that one event names.
const NAMED: usize = 100;

/// Grants of a person that were revoked; none of them, no event.
pub(crate) fn ended(
    call: &Call<'_>,
    user: &UserId,
    why: &str,
    mut grants: Vec<GrantId>,
) -> Option<Event> {
    if grants.is_empty() {
        return None;
    }
    grants.sort();
    let named: Vec<_> = grants.iter().take(NAMED).map(GrantId::as_str).collect();
    Some(
        call.event(names::GRANT_REVOKED)
            .user(user)
            .with("why", why)
            .with("count", grants.len())
            .with("grants", named),
    )
}
