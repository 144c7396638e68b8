//! The words of every page, from the Fluent files in `locales/`, built into the binary.
//!
//! Another language is another folder (`locales/de`); a key it lacks is taken from English.
//! Templates write `{{ t.say("key") }}` or `{{ t.say("key").arg("name", value) }}`. The result is
//! plain text: the template escapes it, so an argument cannot bring markup.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, static_loader};

use super::Locale;

static_loader! {
    pub(super) static LOCALES = {
        locales: "../../locales",
        fallback_language: "en",
        // The isolation marks would stand, invisible, in titles, values and copied text.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// Whoever would have to wait for a century, in seconds, does not wait: it stays locked.
pub(super) const FOR_GOOD: i64 = 100 * 365 * 86_400;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The words of one language.
#[derive(Clone, Debug)]
pub struct Text {
    locale: Locale,
}

impl Text {
    /// Words in this language.
    pub fn new(locale: &Locale) -> Self {
        Self {
            locale: locale.clone(),
        }
    }

    /// The language.
    pub fn locale(&self) -> &Locale {
        &self.locale
    }

    /// A message by its key.
    pub fn say(&self, key: &'static str) -> Message {
        Message {
            language: self.locale.id().clone(),
            key,
            args: HashMap::new(),
        }
    }

    /// How long ago, in the largest unit that is not zero: "12 min ago".
    pub fn ago(&self, seconds: i64) -> Message {
        match seconds.max(0) {
            s if s < MINUTE => self.say("ago-now"),
            s if s < HOUR => self.say("ago-minutes").arg("n", s / MINUTE),
            s if s < DAY => self.say("ago-hours").arg("n", s / HOUR),
            s => self.say("ago-days").arg("n", s / DAY),
        }
    }

    /// A length of time rounded up, for waits: never promises too early.
    pub fn duration_up(&self, seconds: i64) -> Message {
        let s = seconds.max(1);
        let up = |unit: i64| (s + unit - 1) / unit;
        match s {
            s if s <= 90 => self.say("duration-seconds").arg("n", s),
            s if s <= 90 * MINUTE => self.say("duration-minutes").arg("n", up(MINUTE)),
            s if s <= 2 * DAY => self.say("duration-hours").arg("n", up(HOUR)),
            _ => self.say("duration-days").arg("n", up(DAY)),
        }
    }

    /// A length of time rounded down, for validity: never promises too much.
    pub fn duration_down(&self, seconds: i64) -> Message {
        match seconds.max(0) {
            s if s < 2 * MINUTE => self.say("duration-seconds").arg("n", s),
            s if s < 2 * HOUR => self.say("duration-minutes").arg("n", s / MINUTE),
            s if s < 2 * DAY => self.say("duration-hours").arg("n", s / HOUR),
            s => self.say("duration-days").arg("n", s / DAY),
        }
    }
}

/// A message with its arguments, written out when displayed.
#[derive(Clone, Debug)]
pub struct Message {
    language: LanguageIdentifier,
    key: &'static str,
    args: HashMap<Cow<'static, str>, FluentValue<'static>>,
}

impl Message {
    /// Gives the message a named argument: text, or a count that chooses a plural.
    pub fn arg(mut self, name: &'static str, value: impl ToArg) -> Self {
        self.args.insert(Cow::Borrowed(name), value.to_arg());
        self
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match LOCALES.try_lookup_complete(&self.language, self.key, Some(&self.args)) {
            Some(words) => f.write_str(&words),
            // Tests refuse both brackets and unknown keys; a person still sees which words miss.
            None => write!(f, "⟦{}⟧", self.key),
        }
    }
}

/// What may stand in a message.
pub trait ToArg {
    /// The value as Fluent takes it.
    fn to_arg(&self) -> FluentValue<'static>;
}

impl<T: ToArg + ?Sized> ToArg for &T {
    fn to_arg(&self) -> FluentValue<'static> {
        (**self).to_arg()
    }
}

/// Text arguments, by their display.
macro_rules! words {
    ($($kind:ty),*) => {$(impl ToArg for $kind {
        fn to_arg(&self) -> FluentValue<'static> {
            FluentValue::String(Cow::Owned(self.to_string()))
        }
    })*};
}

/// Counts, which choose a plural form.
macro_rules! counts {
    ($($kind:ty),*) => {$(impl ToArg for $kind {
        fn to_arg(&self) -> FluentValue<'static> {
            FluentValue::from(*self)
        }
    })*};
}

words!(str, String, super::Shown, Message);
counts!(i64, u32, u8, usize);

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> Text {
        Text::new(&Locale::default())
    }

    #[test]
    fn ages_are_told_in_the_largest_whole_unit() {
        let t = text();
        let told: Vec<String> = [-5, 59, 60, 12 * 60 + 59, 3600, 86_400 * 3]
            .map(|s| t.ago(s).to_string())
            .into();
        assert_eq!(
            told,
            [
                "just now",
                "just now",
                "1 min ago",
                "12 min ago",
                "1 h ago",
                "3 days ago"
            ]
        );
    }

    #[test]
    fn waits_round_up_and_validity_rounds_down() {
        let t = text();
        assert_eq!(t.duration_up(841).to_string(), "15 minutes");
        assert_eq!(t.duration_up(1).to_string(), "1 second");
        assert_eq!(t.duration_down(359).to_string(), "5 minutes");
        assert_eq!(t.duration_down(7199).to_string(), "119 minutes");
        assert_eq!(t.duration_down(30 * DAY).to_string(), "30 days");
        assert_eq!(t.duration_up(29 * DAY + 1).to_string(), "30 days");
    }

    #[test]
    fn arguments_carry_no_invisible_marks() {
        let said = text().say("method-other").arg("label", "Acme").to_string();
        assert_eq!(said, "Acme");
    }
}
