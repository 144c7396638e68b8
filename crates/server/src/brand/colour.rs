//! Colours as style sheets write them, and how well one can be read on another (WCAG 2.2).

use std::fmt;
use std::str::FromStr;

/// An opaque colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour([u8; 3]);

impl Colour {
    pub(crate) const WHITE: Self = Self([255; 3]);
    pub(crate) const BLACK: Self = Self([0; 3]);

    /// From its channels: red, green, blue.
    pub(crate) const fn rgb(channels: [u8; 3]) -> Self {
        Self(channels)
    }

    /// Contrast ratio with another, from 1 to 21 (WCAG 2.2, "contrast ratio").
    pub(crate) fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// WCAG 2.2, "relative luminance".
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// This colour with a share (0 to 1) of another, as paint of both.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between two channels, so from 0 to 255"
    )]
    pub(crate) fn mixed(self, other: Self, share: f64) -> Self {
        let mut channels = self.0;
        for (channel, with) in channels.iter_mut().zip(other.0) {
            let (from, to) = (f64::from(*channel), f64::from(with));
            *channel = (from + (to - from) * share).round() as u8;
        }
        Self(channels)
    }

    /// The first mixture with another, in steps of a hundredth, that does; the other itself where none does.
    pub(crate) fn nearest(self, towards: Self, does: impl Fn(Self) -> bool) -> Self {
        (0..=100)
            .map(|step| self.mixed(towards, f64::from(step) / 100.0))
            .find(|mixture| does(*mixture))
            .unwrap_or(towards)
    }
}

impl FromStr for Colour {
    type Err = ();

    /// `#RRGGBB` or `#RGB`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.strip_prefix('#').ok_or(())?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) || ![3, 6].contains(&digits.len()) {
            return Err(());
        }
        let wide = digits.len() / 3;
        let mut channels = [0; 3];
        for (at, channel) in channels.iter_mut().enumerate() {
            let part = digits[at * wide..(at + 1) * wide].repeat(3 - wide);
            *channel = u8::from_str_radix(&part, 16).map_err(|_| ())?;
        }
        Ok(Self(channels))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02X}{green:02X}{blue:02X}")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        text.parse().unwrap()
    }

    #[test]
    fn a_colour_is_read_in_both_lengths_and_nothing_else_is() {
        assert_eq!(colour("#3347d6").to_string(), "#3347D6");
        assert_eq!(colour("#fA0").to_string(), "#FFAA00");
        for odd in [
            "3347D6",
            "#3347D",
            "#GGGGGG",
            "red",
            "",
            "#",
            "#ü12",
            "#12345678",
        ] {
            assert!(odd.parse::<Colour>().is_err(), "{odd}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        assert!((Colour::BLACK.contrast(Colour::WHITE) - 21.0).abs() < 0.001);
        // A grey that is known to pass just so.
        assert!((colour("#767676").contrast(Colour::WHITE) - 4.54).abs() < 0.01);
        assert!(colour("#777777").contrast(Colour::WHITE) < 4.5);
    }

    #[test]
    fn the_nearest_colour_is_no_darker_than_it_has_to_be() {
        let does = |c: Colour| c.contrast(Colour::WHITE) >= 4.5;
        let found = colour("#FFCC00").nearest(Colour::BLACK, does);
        assert!(
            does(found) && found.contrast(Colour::WHITE) < 4.8,
            "{found}"
        );
        assert_eq!(
            colour("#000080").nearest(Colour::BLACK, does),
            colour("#000080")
        );
    }
}
