//! Where log lines go: standard error, as text for people or as JSON.
//!
//! The subscriber is the process's own, so only a command that serves installs it, once.

use std::fs::File;
use std::os::fd::AsFd;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::LogSettings;

/// Sends this process's log lines to standard error. A second call changes nothing.
pub fn install(settings: &LogSettings) {
    let subscriber = match unlocked_stderr() {
        Ok(out) => subscriber(settings, out),
        Err(_) => subscriber(settings, std::io::stderr),
    };
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Standard error without the lock of `std::io::Stderr`, for which threads would wait at every request. A line
/// is one write, which the system keeps whole by itself: in a file, and in a pipe up to 4096 bytes.
fn unlocked_stderr() -> std::io::Result<File> {
    Ok(File::from(std::io::stderr().as_fd().try_clone_to_owned()?))
}

/// A subscriber that writes to `out`.
fn subscriber<W>(settings: &LogSettings, out: W) -> Box<dyn tracing::Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter(&settings.level))
        .with_writer(out);
    if settings.json {
        Box::new(
            builder
                .json()
                .flatten_event(true)
                .with_current_span(false)
                .with_span_list(false)
                .finish(),
        )
    } else {
        Box::new(
            builder
                .compact()
                .with_ansi(false)
                .with_target(false)
                .finish(),
        )
    }
}

/// Libraries below us are heard only when they complain; of a visitor's malformed bytes, which any
/// scanner sends by the thousand, not at all.
fn filter(level: &str) -> EnvFilter {
    let ours = [
        "stepwell",
        "stepwell_server",
        "stepwell_engine",
        "stepwell_store",
        "stepwell_demo",
        "stepwell_guard",
    ];
    let ours: Vec<String> = ours
        .iter()
        .map(|target| format!("{target}={level}"))
        .collect();
    let below = if level == "error" { "error" } else { "warn" };
    EnvFilter::new(format!("{below},actix_http::h1=off,{}", ours.join(",")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::ops::request_line::RequestLine;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(json: bool, level: &str) -> String {
        let kept = Kept::default();
        let writer = kept.clone();
        let settings = LogSettings {
            json,
            level: level.to_owned(),
        };
        tracing::subscriber::with_default(subscriber(&settings, move || writer.clone()), || {
            RequestLine {
                method: "GET",
                path: "/authorize\r\nforged",
                status: 303,
                micros: 1_250,
                reference: "7KQ2-M4TX",
                client: Some("192.0.2.1".parse().unwrap()),
                user_agent: "curl/8\u{1b}[31m",
            }
            .write();
            tracing::info!(target: "actix_server", "chatter");
        });
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_request_is_one_json_line_that_no_visitor_can_break() {
        let text = logged(true, "info");
        assert_eq!(text.lines().count(), 1, "{text}");
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["path"], "/authorize\\u{d}\\u{a}forged");
        assert_eq!(line["user_agent"], "curl/8\\u{1b}[31m");
        assert_eq!(line["reference"], "7KQ2-M4TX");
        assert_eq!(line["status"], 303);
        assert_eq!(line["duration_ms"], 1.25);
        assert_eq!(line["client"], "192.0.2.1");
        assert_eq!(line["level"], "INFO");
        assert!(line["timestamp"].is_string());
    }

    #[test]
    fn for_people_it_is_one_line_too() {
        let text = logged(false, "info");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(
            text.contains("7KQ2-M4TX") && text.contains("303") && !text.contains('\u{1b}'),
            "{text}"
        );
    }

    #[test]
    fn requests_are_quiet_when_only_warnings_are_wanted() {
        assert_eq!(logged(true, "warn"), "");
    }
}
