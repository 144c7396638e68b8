//! Looking records up, newest first, a page at a time.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Text};
use stepwell_core::audit::Record;
use stepwell_core::ids::UserId;

use super::Row;
use crate::schema::audit;
use crate::{StoreError, Tx};

#[diesel::declare_sql_function]
extern "SQL" {
    /// Part of a text, counted in characters from 1.
    fn substr(text: Text, from: Integer, length: Integer) -> Text;
}

/// Which records to list; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The beginning of the event's name: `stepup.` finds every step-up event.
    pub event: Option<String>,
    /// The person concerned.
    pub user_id: Option<String>,
    /// The client concerned.
    pub client_id: Option<String>,
    /// The session concerned.
    pub session_id: Option<String>,
    /// The interaction it happened in.
    pub interaction_id: Option<String>,
    /// The reference that the person saw.
    pub reference: Option<String>,
    /// Only records before this place: the last one of the page before.
    pub before: Option<i64>,
}

/// At most `limit` records about a person, newest first, those of refreshes left out: they are most of all, and
/// the index that this goes by does not hold them. Starts before the given place.
pub fn of_person(
    tx: &mut Tx<'_>,
    user: &UserId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Record>, StoreError> {
    let mut query = audit::table
        .filter(
            audit::user_id
                .eq(user.as_str())
                .and(sql::<Bool>("event <> 'token.refreshed'")),
        )
        .order(audit::seq.desc())
        .limit(limit)
        .into_boxed();
    if let Some(seq) = before {
        query = query.filter(audit::seq.lt(seq));
    }
    Ok(query
        .load::<Row>(tx.conn())?
        .into_iter()
        .map(Record::from)
        .collect())
}

/// At most `limit` records, newest first.
pub fn list(tx: &mut Tx<'_>, filter: &Filter, limit: i64) -> Result<Vec<Record>, StoreError> {
    let mut query = audit::table
        .order(audit::seq.desc())
        .limit(limit)
        .into_boxed();
    if let Some(prefix) = &filter.event {
        // Neither LIKE (SQLite: without regard to case; wildcards) nor a range (PostgreSQL: depends on
        // the collation) means the same on both.
        let length = i32::try_from(prefix.chars().count()).unwrap_or(i32::MAX);
        query = query.filter(substr(audit::event, 1, length).eq(prefix));
    }
    if let Some(id) = &filter.user_id {
        query = query.filter(audit::user_id.eq(id));
    }
    if let Some(id) = &filter.client_id {
        query = query.filter(audit::client_id.eq(id));
    }
    if let Some(id) = &filter.session_id {
        query = query.filter(audit::session_id.eq(id));
    }
    if let Some(id) = &filter.interaction_id {
        query = query.filter(audit::interaction_id.eq(id));
    }
    if let Some(text) = &filter.reference {
        query = query.filter(audit::reference.eq(text));
    }
    if let Some(seq) = filter.before {
        query = query.filter(audit::seq.lt(seq));
    }
    Ok(query
        .load::<Row>(tx.conn())?
        .into_iter()
        .map(Record::from)
        .collect())
}
