//! `stepwell audit verify`.

use std::path::Path;

use serde_json::json;
use stepwell_core::audit::{Checkpoint, Event, names};
use stepwell_core::time::{Seconds, Timestamp};
use stepwell_store::StoreError;
use stepwell_store::audit::{Progress, Verified, verify};

use super::args::AuditVerify;
use super::failure::Failure;
use super::output::Output;
use super::provider;
use super::{input, private_file};
use crate::clock::SystemClock;
use crate::config::Config;

pub(super) fn run(
    args: &AuditVerify,
    config: &Config,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let kept = args
        .checkpoint
        .as_deref()
        .filter(|path| path.exists())
        .map(read)
        .transpose()?;
    let db = provider::migrated(provider::database(config)?, config)?;
    let mut said = SystemClock.now();
    let progress = |progress: Progress| report(progress, &mut said, output);
    let found = db.read(|tx| verify(tx, kept.as_ref(), progress))?;
    let head = match found {
        Verified::Whole(head) => head,
        Verified::Broken(broken) => {
            let message = format!(
                "the audit log was touched at record {}: {}",
                broken.seq, broken.why
            );
            return Err(Failure::failed(message));
        }
    };
    if let Some(path) = &args.checkpoint {
        private_file::replace(
            path,
            &format!("{}\n", json!({ "seq": head.seq, "hash": head.hash })),
        )?;
    }
    db.write(|tx| -> Result<(), StoreError> {
        tx.audit(
            Event::new(names::AUDIT_VERIFIED, SystemClock.now())
                .actor("cli")
                .with("seq", head.seq),
        );
        Ok(())
    })?;
    let text = format!(
        "The audit log is whole: {} records, the last is {}.",
        head.seq, head.hash
    );
    Ok(output.answer(
        &text,
        &json!({ "ok": true, "records": head.seq, "hash": head.hash }),
    )?)
}

/// Says how far it is, at most once a second.
fn report(progress: Progress, said: &mut Timestamp, output: &mut Output<'_>) {
    let now = SystemClock.now();
    if now >= said.plus(Seconds(1)) {
        *said = now;
        output.progress(&format!(
            "stepwell: {} of {} records …",
            progress.done, progress.total
        ));
    }
}

fn read(path: &Path) -> Result<Checkpoint, Failure> {
    let json = input::json(path)?;
    let found = json
        .get("seq")
        .and_then(serde_json::Value::as_i64)
        .zip(json.get("hash").and_then(|hash| hash.as_str()));
    match found {
        Some((seq, hash)) if seq >= 0 && hash.len() == 64 => Ok(Checkpoint {
            seq,
            hash: hash.to_owned(),
        }),
        _ => Err(Failure::usage(format!(
            "{} is not a checkpoint that `stepwell audit verify` wrote",
            path.display()
        ))),
    }
}
