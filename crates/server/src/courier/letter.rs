//! Letters put into words: a subject, paragraphs, and the short form that fits a text message.
//!
//! Names that others chose are cleaned first (`Shown`), so that none can bring a line of its own.

use askama::Template;
use stepwell_core::authn::Method as Proof;
use stepwell_core::time::{Seconds, Timestamp};
use stepwell_engine::courier::{Happened, Letter, Notice};

use crate::interaction::method;
use crate::pages::account::browser_name;
use crate::pages::{Locale, Message as Line, Shown, Text};

/// What every message says of who sends it.
#[derive(Clone, Debug)]
pub(super) struct Words {
    /// What pages call this service.
    pub(super) product: String,
    /// The host of the issuer, which codes in text messages are bound to.
    pub(super) host: String,
    /// The page where people look after their account.
    pub(super) account: String,
}

/// A message in words.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) subject: String,
    /// Before the code or the link.
    before: Vec<String>,
    code: Option<String>,
    link: Option<String>,
    /// After it.
    after: Vec<String>,
    sender: String,
    /// All of it, short.
    pub(super) short: String,
    locale: Locale,
}

impl Words {
    pub(super) fn say(&self, letter: &Letter, locale: &Locale) -> Message {
        let t = &Text::new(locale);
        let mut message = match letter {
            Letter::Code {
                code,
                app,
                action,
                valid_for,
            } => self.code(t, code.expose(), (app, action.as_deref()), *valid_for),
            Letter::AddressCode { code, valid_for } => {
                self.address_code(t, code.expose(), *valid_for)
            }
            Letter::AddressLink { link, valid_for } => self.link(
                t,
                [
                    "message-confirm-subject",
                    "message-confirm-lead",
                    "message-confirm-beware",
                ],
                link.expose(),
                *valid_for,
            ),
            Letter::PasswordReset { link, valid_for } => self.link(
                t,
                [
                    "message-reset-subject",
                    "message-reset-lead",
                    "message-reset-beware",
                ],
                link.expose(),
                *valid_for,
            ),
            Letter::Invitation { link, valid_for } => self.link(
                t,
                [
                    "message-invite-subject",
                    "message-invite-lead",
                    "message-invite-beware",
                ],
                link.expose(),
                *valid_for,
            ),
            Letter::Notice(notice) => self.notice(t, notice),
        };
        message.locale = locale.clone();
        message.sender = self.with_product(t.say("message-sender"));
        message
    }

    fn with_product(&self, line: Line) -> String {
        line.arg("product", &self.product).to_string()
    }

    fn code(
        &self,
        t: &Text,
        code: &str,
        (app, action): (&str, Option<&str>),
        valid_for: Seconds,
    ) -> Message {
        let app = Shown::new(app);
        let action = action.map(Shown::new);
        let lead = match &action {
            Some(action) => t.say("message-code-lead-action").arg("action", action),
            None => t.say("message-code-lead"),
        };
        let short = match &action {
            Some(action) => t.say("message-code-short-action").arg("action", action),
            None => t.say("message-code-short"),
        };
        let short = self.with_product(short.arg("app", &app).arg("code", code));
        Message {
            subject: t.say("message-code-subject").arg("app", &app).to_string(),
            before: vec![lead.arg("app", &app).to_string()],
            code: Some(grouped(code)),
            after: vec![
                valid(t, "message-code-valid", valid_for),
                self.with_product(t.say("message-code-beware")),
            ],
            short: self.bound(&short, code),
            ..Message::empty()
        }
    }

    fn address_code(&self, t: &Text, code: &str, valid_for: Seconds) -> Message {
        let short = self.with_product(t.say("message-address-short").arg("code", code));
        Message {
            subject: self.with_product(t.say("message-address-subject")),
            before: vec![self.with_product(t.say("message-address-lead"))],
            code: Some(grouped(code)),
            after: vec![
                valid(t, "message-code-valid", valid_for),
                t.say("message-address-beware").to_string(),
            ],
            short: self.bound(&short, code),
            ..Message::empty()
        }
    }

    /// A text with the line that binds a code to our host, so that browsers fill it in nowhere else
    /// (origin-bound one-time codes, WICG).
    fn bound(&self, text: &str, code: &str) -> String {
        format!("{text}\n\n@{} #{code}", self.host)
    }

    fn link(
        &self,
        t: &Text,
        [subject, lead, beware]: [&'static str; 3],
        link: &str,
        valid_for: Seconds,
    ) -> Message {
        let lead = self.with_product(t.say(lead));
        Message {
            subject: self.with_product(t.say(subject)),
            short: format!("{lead}\n{link}"),
            before: vec![lead],
            link: Some(link.to_owned()),
            after: vec![
                valid(t, "message-link-valid", valid_for),
                t.say(beware).to_string(),
            ],
            ..Message::empty()
        }
    }

    fn notice(&self, t: &Text, notice: &Notice) -> Message {
        let by = |key, proof: &Proof| t.say(key).arg("method", method(proof).label(t));
        let what = match &notice.what {
            Happened::FactorAdded { method: m } => by("message-factor-added", m),
            Happened::FactorReplaced { method: m } => by("message-factor-replaced", m),
            Happened::FactorRemoved { method: m } => by("message-factor-removed", m),
            Happened::FactorLocked { method: m } => by("message-factor-locked", m),
            Happened::FactorSuspected { method: m } => by("message-factor-suspected", m),
            Happened::PasswordChanged => t.say("message-password-changed"),
            Happened::NewDevice => t.say("message-new-device"),
            Happened::DeviceSuspected => t.say("message-device-suspected"),
            Happened::RecoveryCodeUsed { left } => t.say("message-recovery-used").arg("n", *left),
        };
        let account = Shown::new(&notice.username);
        let what = what.to_string();
        let mut facts = vec![
            t.say("message-notice-account")
                .arg("account", &account)
                .to_string(),
            t.say("message-notice-time")
                .arg("time", instant(notice.at))
                .to_string(),
        ];
        if let (Some(browser), Some(system)) = browser_name(&notice.user_agent) {
            let line = t.say("message-notice-browser").arg("browser", browser);
            facts.push(line.arg("system", system).to_string());
        }
        facts.extend(
            notice
                .ip
                .as_ref()
                .map(|ip| t.say("message-notice-ip").arg("ip", ip).to_string()),
        );
        Message {
            subject: self.with_product(t.say("message-notice-subject")),
            short: format!("{}: {what}", self.product),
            before: vec![
                what,
                facts.join("\n"),
                t.say("message-notice-beware").to_string(),
            ],
            link: Some(self.account.clone()),
            ..Message::empty()
        }
    }
}

impl Message {
    fn empty() -> Self {
        Self {
            subject: String::new(),
            before: Vec::new(),
            code: None,
            link: None,
            after: Vec::new(),
            sender: String::new(),
            short: String::new(),
            locale: Locale::default(),
        }
    }

    /// All of it as plain text.
    pub(super) fn plain(&self) -> String {
        let parts = self
            .before
            .iter()
            .chain(&self.code)
            .chain(&self.link)
            .chain(&self.after)
            .chain([&self.sender]);
        parts.cloned().collect::<Vec<_>>().join("\n\n")
    }

    /// All of it as a page without pictures, scripts or styles.
    pub(super) fn html(&self) -> String {
        View { message: self }
            .render()
            .unwrap_or_else(|_| String::new())
    }
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct View<'a> {
    message: &'a Message,
}

/// A code in two groups, as it is easiest read; what is typed may have the space or not.
fn grouped(code: &str) -> String {
    let half = code.len() / 2;
    match (code.get(..half), code.get(half..)) {
        (Some(first), Some(second)) if code.len() > 4 => format!("{first} {second}"),
        _ => code.to_owned(),
    }
}

fn valid(t: &Text, key: &'static str, valid_for: Seconds) -> String {
    let seconds = i64::try_from(valid_for.0).unwrap_or(i64::MAX);
    t.say(key)
        .arg("duration", t.duration_down(seconds))
        .to_string()
}

/// In UTC, to the minute: nobody's time zone is known.
fn instant(at: Timestamp) -> String {
    let text = at.rfc3339();
    let minute = text.get(..16).unwrap_or(&text).replace('T', " ");
    format!("{minute} UTC")
}
