//! Removing old rows a few at a time, so that no write holds others up for long.

/// The most rows that one call removes, whatever it is asked for.
pub(crate) const MOST: i64 = 1_000;

/// `purge!(tx, table, key, condition, limit)`: removes at most `limit` rows and says how many.
macro_rules! purge {
    ($tx:expr, $table:expr, $key:expr, $old:expr, $limit:expr $(,)?) => {{
        let conn = $tx.writer()?;
        let limit = $limit.clamp(0, $crate::purge::MOST);
        let keys = $table
            .filter($old)
            .select($key)
            .limit(limit)
            .load::<String>(conn)?;
        if keys.is_empty() {
            0
        } else {
            diesel::delete($table.filter($key.eq_any(&keys))).execute(conn)?
        }
    }};
}
pub(crate) use purge;
