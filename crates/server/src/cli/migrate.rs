//! `stepwell migrate`.

use serde_json::json;

use super::args::Migrate;
use super::failure::Failure;
use super::output::Output;
use super::{provider, slow};
use crate::config::Config;

pub(super) fn run(args: Migrate, config: &Config, output: &mut Output<'_>) -> Result<(), Failure> {
    let db = provider::database(config)?;
    if args.status {
        let pending = db.pending_migrations()?;
        let text = if pending.is_empty() {
            "The database is up to date.".to_owned()
        } else {
            format!("Pending: {}\nRun `stepwell migrate`.", pending.join(", "))
        };
        output.answer(
            &text,
            &json!({ "up_to_date": pending.is_empty(), "pending": pending }),
        )?;
        return Ok(());
    }
    let applied = slow::doing("bringing the database up to date", || db.migrate())?;
    let text = if applied.is_empty() {
        "The database was up to date already.".to_owned()
    } else {
        format!("Applied: {}", applied.join(", "))
    };
    output.answer(&text, &json!({ "up_to_date": true, "applied": applied }))?;
    Ok(())
}
