//! The logo: a small SVG or PNG file, told apart by its content and checked before anybody sees it.

use std::path::Path;

use super::{File, svg};
use crate::whole_file;

/// The largest logo, in bytes: it is loaded by everybody who comes for the first time.
const LARGEST: u64 = 128 * 1024;
/// The longest side of a PNG, in pixels.
const LONGEST_SIDE: u32 = 2_048;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Reads and checks a logo.
///
/// # Errors
/// The rule it breaks and how to mend it.
pub(crate) fn read(path: &Path) -> Result<File, String> {
    let bytes = whole_file::bytes(path, LARGEST)
        .map_err(|unread| format!("{unread}; a logo is a small SVG or PNG"))?;
    of(bytes).map_err(|message| format!("{} {message}", path.display()))
}

/// Checks a logo whose content is at hand.
pub(super) fn of(bytes: Vec<u8>) -> Result<File, String> {
    let (name, content_type) = if bytes.starts_with(PNG) {
        measured(&bytes)?;
        ("logo.png", "image/png")
    } else {
        let text = std::str::from_utf8(&bytes);
        let text = text.map_err(|_| "is neither an SVG in UTF-8 nor a PNG".to_owned())?;
        svg::check(text)?;
        ("logo.svg", "image/svg+xml")
    };
    Ok(File {
        name,
        content_type,
        bytes,
    })
}

/// A PNG begins with its header chunk, which says how large it is (PNG §11.2.1).
fn measured(bytes: &[u8]) -> Result<(), String> {
    let broken = || "is a broken PNG: its header is missing".to_owned();
    let rest = bytes.get(PNG.len()..).ok_or_else(broken)?;
    let header = rest.strip_prefix(b"\0\0\0\x0dIHDR").ok_or_else(broken)?;
    let side = |at: usize| {
        let four = header.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(four))
    };
    let (Some(wide), Some(high)) = (side(0), side(4)) else {
        return Err(broken());
    };
    if (1..=LONGEST_SIDE).contains(&wide) && (1..=LONGEST_SIDE).contains(&high) {
        Ok(())
    } else {
        Err(format!(
            "is {wide} by {high} pixels; each side has 1 to {LONGEST_SIDE}"
        ))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn png(wide: u32, high: u32) -> Vec<u8> {
        let mut bytes = PNG.to_vec();
        bytes.extend(b"\0\0\0\x0dIHDR");
        bytes.extend(wide.to_be_bytes());
        bytes.extend(high.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0]);
        bytes
    }

    #[test]
    fn the_kind_of_a_logo_is_told_by_its_content() {
        assert_eq!(of(png(64, 64)).unwrap().content_type, "image/png");
        let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9"/></svg>"#;
        assert_eq!(of(svg.to_vec()).unwrap().name, "logo.svg");
        for (bytes, why) in [
            (b"GIF89a".to_vec(), "is no SVG"),
            (vec![0xFF, 0xD8, 0xFF, 0xE0], "neither"),
            (PNG.to_vec(), "broken PNG"),
            (png(64, 64)[..20].to_vec(), "broken PNG"),
            (png(0, 64), "0 by 64"),
            (png(64, 30_000), "64 by 30000"),
        ] {
            let told = of(bytes).unwrap_err();
            assert!(told.contains(why), "{told}");
        }
    }

    #[test]
    fn a_logo_that_is_no_file_is_told_by_its_name() {
        let told = read(Path::new("/nowhere/logo.svg")).unwrap_err();
        assert!(
            told.starts_with("/nowhere/logo.svg cannot be read"),
            "{told}"
        );
        let told = read(&std::env::temp_dir()).unwrap_err();
        assert!(told.contains("is not a file"), "{told}");
    }
}
