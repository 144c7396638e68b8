//! Instants and durations as the rest of the house speaks of them.
//!
//! There is no clock here: a `now` always comes in from outside, one per call.

use std::fmt;

use serde::{Deserialize, Serialize};

const MICROS: i64 = 1_000_000;

/// An instant: microseconds since the Unix epoch, UTC.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since the epoch, saturating.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(MICROS))
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down: the NumericDate of RFC 7519 §2.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(MICROS)
    }

    /// This instant moved later, saturating.
    #[must_use]
    pub const fn plus(self, by: Seconds) -> Self {
        Self(self.0.saturating_add(by.as_micros()))
    }

    /// This instant moved earlier, saturating.
    #[must_use]
    pub const fn minus(self, by: Seconds) -> Self {
        Self(self.0.saturating_sub(by.as_micros()))
    }

    /// Microseconds from `earlier` to this instant; negative when `earlier` is later.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// RFC 3339 in UTC with whole seconds, for people and logs.
    pub fn rfc3339(self) -> String {
        let secs = self.secs();
        let (days, rest) = (secs.div_euclid(86_400), secs.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        let (h, m, s) = (rest / 3600, rest % 3600 / 60, rest % 60);
        format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}Z")
    }
}

/// Days since the epoch to a proleptic Gregorian date.
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// A length of time in whole seconds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seconds(pub u64);

impl Seconds {
    /// The same length in microseconds, saturating.
    pub const fn as_micros(self) -> i64 {
        if self.0 > (i64::MAX / MICROS) as u64 {
            i64::MAX
        } else {
            self.0 as i64 * MICROS
        }
    }

    /// Parses `300`, `300s`, `5m`, `8h` or `30d`.
    ///
    /// # Errors
    /// Says what was expected when the text is none of these.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (digits, unit) = match text.find(|c: char| !c.is_ascii_digit()) {
            Some(at) => text.split_at(at),
            None => (text, "s"),
        };
        let scale = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => 0,
        };
        match digits.parse::<u64>() {
            Ok(n) if scale > 0 && n.checked_mul(scale).is_some() => Ok(Self(n * scale)),
            _ => Err(format!(
                "{text:?} is not a duration; write for example 300s, 5m, 8h or 30d"
            )),
        }
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (scale, unit) in [(86_400, "d"), (3_600, "h"), (60, "m")] {
            if self.0 > 0 && self.0.is_multiple_of(scale) {
                return write!(f, "{}{unit}", self.0 / scale);
            }
        }
        write!(f, "{}s", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_read_with_its_unit_and_written_back_the_same() {
        for (text, secs) in [
            ("300s", 300),
            ("5m", 300),
            ("8h", 28_800),
            ("30d", 2_592_000),
            ("7", 7),
        ] {
            assert_eq!(Seconds::parse(text), Ok(Seconds(secs)));
        }
        assert_eq!(Seconds(300).to_string(), "5m");
        assert_eq!(Seconds(301).to_string(), "301s");
        for bad in ["", "m", "5x", "-1s", "1.5h", "99999999999999999999s"] {
            assert!(Seconds::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn seconds_round_down_even_before_the_epoch() {
        assert_eq!(Timestamp::from_micros(1_999_999).secs(), 1);
        assert_eq!(Timestamp::from_micros(-1).secs(), -1);
    }

    #[test]
    fn a_leap_day_is_written_as_the_calendar_has_it() {
        assert_eq!(
            Timestamp::from_secs(951_782_400).rfc3339(),
            "2000-02-29T00:00:00Z"
        );
        assert_eq!(
            Timestamp::from_secs(1_795_430_840).rfc3339(),
            "2026-11-23T10:47:20Z"
        );
    }
}
