//! An UPDATE statement that is prepared once.
//!
//! diesel prepares its own `update` anew at every call, because its SET may vary. Ours never does, and
//! conditional updates are the hot path, so this node says the same thing without that caution. The
//! macro gives each place its own identity, which is the key of the statement cache: use it only with
//! conditions whose SQL is always the same (no boxed filters, no optional assignments).

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression};
use diesel::query_builder::{AsChangeset, AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BoolOrNullableBool;
use diesel::{QueryResult, RunQueryDsl, Table};

/// `UPDATE table SET … WHERE … [RETURNING …]`
#[derive(Debug)]
pub(crate) struct Update<T: diesel::QuerySource, C, F, R, Id> {
    from: T::FromClause,
    changes: C,
    filter: F,
    returning: R,
    id: PhantomData<fn() -> Id>,
}

/// No RETURNING clause: run with `execute`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nothing;

/// A RETURNING clause: run with `get_result` or `load`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Returning<R>(R);

pub(crate) fn statement<T, C, F, Id>(
    table: T,
    changes: C,
    filter: F,
) -> Update<T, C::Changeset, F, Nothing, Id>
where
    T: Table,
    C: AsChangeset<Target = T>,
    F: AppearsOnTable<T>,
    F::SqlType: BoolOrNullableBool,
{
    Update {
        from: table.from_clause(),
        changes: changes.as_changeset(),
        filter,
        returning: Nothing,
        id: PhantomData,
    }
}

impl<T: Table, C, F, Id> Update<T, C, F, Nothing, Id> {
    pub(crate) fn returning<R: SelectableExpression<T>>(
        self,
        returning: R,
    ) -> Update<T, C, F, Returning<R>, Id> {
        let returning = Returning(returning);
        Update {
            from: self.from,
            changes: self.changes,
            filter: self.filter,
            returning,
            id: self.id,
        }
    }
}

impl<T, C, F, R, Id, DB> QueryFragment<DB> for Update<T, C, F, R, Id>
where
    DB: Backend,
    T: Table,
    T::FromClause: QueryFragment<DB>,
    C: QueryFragment<DB>,
    F: QueryFragment<DB>,
    R: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        self.from.walk_ast(out.reborrow())?;
        out.push_sql(" SET ");
        self.changes.walk_ast(out.reborrow())?;
        out.push_sql(" WHERE ");
        self.filter.walk_ast(out.reborrow())?;
        self.returning.walk_ast(out.reborrow())
    }
}

impl<DB: Backend> QueryFragment<DB> for Nothing {
    fn walk_ast<'b>(&'b self, _: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        Ok(())
    }
}

impl<R, DB> QueryFragment<DB> for Returning<R>
where
    DB: Backend,
    R: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(" RETURNING ");
        self.0.walk_ast(out.reborrow())
    }
}

impl<T: Table, C, F, R, Id: 'static> QueryId for Update<T, C, F, R, Id> {
    type QueryId = Id;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<T: Table, C, F, R: Expression, Id> Query for Update<T, C, F, Returning<R>, Id> {
    type SqlType = R::SqlType;
}

impl<T: Table, C, F, R, Id, Conn> RunQueryDsl<Conn> for Update<T, C, F, R, Id> {}

/// `update!(table, set changes, when condition)`: an [`Update`] with its own identity.
macro_rules! update {
    ($table:expr, set $changes:expr, when $filter:expr $(,)?) => {{
        enum Statement {}
        $crate::update::statement::<_, _, _, Statement>($table, $changes, $filter)
    }};
}
pub(crate) use update;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::{Arc, Mutex};

    use diesel::connection::{InstrumentationEvent, SimpleConnection};
    use diesel::prelude::*;

    use crate::backend::AnyConn;
    use crate::schema::audit_head;

    #[test]
    fn an_update_is_prepared_once_and_each_place_has_its_own_statement() {
        let mut conn = AnyConn::Sqlite(SqliteConnection::establish(":memory:").unwrap());
        conn.batch_execute("CREATE TABLE audit_head (id BIGINT, seq BIGINT, hash TEXT)")
            .unwrap();
        conn.batch_execute("INSERT INTO audit_head VALUES (1, 0, '')")
            .unwrap();
        let prepared = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&prepared);
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::CacheQuery { sql, .. } = event {
                log.lock().unwrap().push(sql.to_owned());
            }
        });
        for seq in 1..4 {
            let by_id =
                update!(audit_head::table, set audit_head::seq.eq(seq), when audit_head::id.eq(1));
            assert_eq!(by_id.execute(&mut conn), Ok(1));
            let back = update!(audit_head::table, set audit_head::hash.eq("x"), when audit_head::seq.eq(seq))
                .returning((audit_head::seq, audit_head::hash))
                .get_result::<(i64, String)>(&mut conn);
            assert_eq!(back, Ok((seq, "x".to_owned())));
        }
        assert_eq!(
            *prepared.lock().unwrap(),
            [
                "UPDATE `audit_head` SET `seq` = ? WHERE (`audit_head`.`id` = ?)",
                "UPDATE `audit_head` SET `hash` = ? WHERE (`audit_head`.`seq` = ?) \
                 RETURNING `audit_head`.`seq`, `audit_head`.`hash`",
            ]
        );
    }
}
