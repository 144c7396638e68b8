//! A text as a QR code: the outline of its dark squares, for an SVG path.
//!
//! No markup and no colours: the template draws it.

use qrcode::{Color, EcLevel, QrCode};

/// Light squares around it (ISO/IEC 18004 §6.3.8).
const MARGIN: usize = 4;

/// A QR code to draw.
#[derive(Clone, Debug)]
pub(super) struct Qr {
    /// Squares along an edge, margin and all.
    pub(super) width: usize,
    /// The dark squares, for the `d` of a path.
    pub(super) path: String,
}

impl Qr {
    /// None when the text is too long to be one.
    pub(super) fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let (width, colours) = (code.width(), code.to_colors());
        let mut path = String::new();
        for (y, row) in colours.chunks(width).enumerate() {
            let mut x = 0;
            while x < width {
                let run = row[x..].iter().take_while(|c| **c == Color::Dark).count();
                if run > 0 {
                    path.push_str(&format!("M{} {}h{run}v1h-{run}z", x + MARGIN, y + MARGIN));
                }
                x += run + 1;
            }
        }
        Some(Self {
            width: width + 2 * MARGIN,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_square_is_covered_once_and_no_light_one() {
        let code = QrCode::with_error_correction_level("otpauth://totp/x", EcLevel::M).unwrap();
        let width = code.width();
        let drawn = Qr::of("otpauth://totp/x").unwrap();
        assert_eq!(drawn.width, width + 8);
        let mut dark = vec![0; width * width];
        for run in drawn.path.split('M').skip(1) {
            let (at, rest) = run.split_once('h').unwrap();
            let (x, y) = at.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let length: usize = rest.split_once('v').unwrap().0.parse().unwrap();
            for i in 0..length {
                dark[(y - 4) * width + x - 4 + i] += 1;
            }
        }
        let expected: Vec<i32> = code
            .to_colors()
            .iter()
            .map(|c| i32::from(*c == Color::Dark))
            .collect();
        assert_eq!(dark, expected);
    }

    #[test]
    fn what_is_too_long_is_no_code() {
        assert!(Qr::of(&"x".repeat(5_000)).is_none());
    }
}
