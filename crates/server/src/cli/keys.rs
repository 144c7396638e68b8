//! `stepwell keys`: signing keys, and the key that seals them.

use std::path::Path;

use serde_json::json;
use stepwell_engine::keys::{KeyView, Rotation};
use stepwell_engine::seal::SealKey;

use super::args::{GenerateSeal, KeysCommand};
use super::failure::Failure;
use super::output::Output;
use super::provider::{self, with_call};
use super::{private_file, slow};
use crate::clock::OsEntropy;
use crate::config::Config;

/// Runs one of them; only those that need a configuration read it.
pub(super) fn run(
    command: KeysCommand,
    config: impl FnOnce() -> Result<Config, Failure>,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match command {
        KeysCommand::List => {
            let keys = provider::engine(&config()?)?.list_keys()?;
            show(&keys, output)
        }
        KeysCommand::Rotate(args) => {
            let alg = args.alg.map(|alg| alg.name().parse()).transpose();
            let alg = alg.map_err(|error| Failure::usage(format!("--alg: {error}")))?;
            let rotation = if args.now {
                Rotation::Now
            } else {
                Rotation::WhenKnown
            };
            let engine = provider::engine(&config()?)?;
            let keys = slow::doing("making keys", || {
                with_call(|call| engine.rotate_keys(call, alg, rotation))
            })?;
            show(&keys, output)
        }
        KeysCommand::GenerateSeal(args) => generate_seal(&args, output),
        KeysCommand::Reseal => {
            let engine = provider::engine(&config()?)?;
            let count = slow::doing("sealing again", || with_call(|call| engine.reseal(call)))?;
            let text = format!("{count} values are now sealed under the current key.");
            Ok(output.answer(&text, &json!({ "resealed": count }))?)
        }
    }
}

fn show(keys: &[KeyView], output: &mut Output<'_>) -> Result<(), Failure> {
    let lines: Vec<String> = keys
        .iter()
        .map(|key| {
            format!(
                "{:<6} {:<9} {}  since {}",
                key.alg, key.status, key.kid, key.status_at
            )
        })
        .collect();
    Ok(output.answer(&lines.join("\n"), &json!({ "keys": keys }))?)
}

/// Makes a sealing key. It needs no configuration, since it comes before one.
fn generate_seal(args: &GenerateSeal, output: &mut Output<'_>) -> Result<(), Failure> {
    let key = SealKey::generate(&OsEntropy);
    let text = key.to_text();
    match &args.out {
        Some(path) => {
            write(path, &text)?;
            let shown = path.display();
            let sentence = format!(
                "Wrote sealing key {} to {shown}.\nSet seal.key_file = \"{shown}\", and keep a copy elsewhere: without it the sealed secrets are lost.",
                key.id()
            );
            Ok(output.answer(&sentence, &json!({ "seal_id": key.id(), "file": path }))?)
        }
        None => Ok(output.answer(
            &text,
            &json!({ "seal_id": key.id(), "seal_key": text.as_str() }),
        )?),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    private_file::create(path, &format!("{text}\n"))
}
