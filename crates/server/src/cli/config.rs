//! `stepwell config check` and `stepwell config dump`.

use serde_json::json;

use super::args::{ConfigCommand, Global};
use super::failure::Failure;
use super::output::Output;
use crate::config::{self, Loaded, NO_KEY};

/// Reads the configuration of a command.
///
/// # Errors
/// Every problem with it (exit code 2).
pub(super) fn load(global: &Global) -> Result<Loaded, Failure> {
    Ok(config::load(
        global.config.as_deref(),
        &config::environment(),
    )?)
}

pub(super) fn run(
    command: ConfigCommand,
    global: &Global,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let loaded = load(global)?;
    match command {
        ConfigCommand::Check => {
            loaded.look_at_files()?;
            // No mistake by itself: the key may come from the environment of `serve`.
            let no_key = (!loaded.config.seal.is_configured()).then_some(NO_KEY);
            if let Some(note) = no_key {
                output.progress(&format!("Note: {note}"));
            }
            let file = loaded.file.as_ref().map(|file| file.display().to_string());
            let source = file
                .as_deref()
                .unwrap_or("the environment and the defaults");
            output.answer(
                &format!("OK: {source}"),
                &json!({ "ok": true, "file": file, "notes": Vec::from_iter(no_key) }),
            )?;
        }
        ConfigCommand::Dump => {
            let dump = loaded.dump();
            let json =
                serde_json::to_value(&dump).map_err(|error| Failure::failed(error.to_string()))?;
            output.answer(&dump.text(), &json)?;
        }
    }
    Ok(())
}
