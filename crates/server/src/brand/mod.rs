//! How an operator's pages differ from anybody's: accent, corners, logo, links in the footer.
//!
//! A brand overrides custom properties of `static/stepwell.css` by one small style sheet of its own, and
//! shows a picture; it never brings markup or scripts. What it is made of comes from configuration.

pub(crate) mod colour;
pub(crate) mod logo;
pub(crate) mod palette;
mod svg;

use crate::assets;
use palette::Palette;

/// The corner radius of controls that `static/stepwell.css` has, in pixels.
pub(crate) const RADIUS: u32 = 6;

/// Everything that is an operator's own; by default nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brand {
    stylesheet: Option<File>,
    logo: Option<File>,
    /// The operator's privacy statement.
    pub privacy_url: Option<String>,
    /// Where people find help.
    pub help_url: Option<String>,
}

/// A file of a brand, served under a hash of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The last part of its address.
    pub name: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// What it is.
    pub bytes: Vec<u8>,
}

/// The policy that brand files are served with: opened by itself, a picture runs and loads nothing.
pub const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

impl Brand {
    /// A brand with these colours, corners (the radius of controls in pixels) and picture.
    pub(crate) fn new(palette: Option<Palette>, radius: u32, logo: Option<File>) -> Self {
        let changed = palette.is_some() || radius != RADIUS;
        let css = changed.then(|| stylesheet(palette.as_ref(), radius));
        Self {
            stylesheet: css.map(|css| File {
                name: "brand.css",
                content_type: assets::CSS,
                bytes: css.into_bytes(),
            }),
            logo,
            ..Self::default()
        }
    }

    /// The address of the style sheet, where there is one.
    pub fn stylesheet_url(&self) -> Option<String> {
        self.stylesheet.as_ref().map(File::path)
    }

    /// The address of the logo, where there is one.
    pub fn logo_url(&self) -> Option<String> {
        self.logo.as_ref().map(File::path)
    }

    /// The address of what stands in a browser's tab: the logo, or ours.
    pub fn icon_url(&self) -> String {
        self.logo_url()
            .unwrap_or_else(|| assets::url("favicon.svg"))
    }

    /// The files.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.stylesheet.iter().chain(&self.logo)
    }

    /// The file at `/static/{hash}/{name}`, if both are right.
    pub fn get(&self, hash: &str, name: &str) -> Option<&File> {
        self.files()
            .find(|file| file.name == name && file.hash() == hash)
    }
}

impl File {
    fn hash(&self) -> String {
        format!("{:016x}", assets::fnv1a(&self.bytes))
    }

    /// The path it is served under.
    pub fn path(&self) -> String {
        format!("/static/{}/{}", self.hash(), self.name)
    }
}

fn stylesheet(palette: Option<&Palette>, radius: u32) -> String {
    let mut plain = String::new();
    let mut both = String::new();
    for (name, light, dark) in palette.into_iter().flat_map(Palette::tokens) {
        plain.push_str(&format!("  --{name}: {light};\n"));
        both.push_str(&format!("    --{name}: light-dark({light}, {dark});\n"));
    }
    if radius != RADIUS {
        // Panels and cards are rounder than what stands in them; square is square.
        let rounder = |by: u32| if radius == 0 { 0 } else { radius + by };
        for (name, pixels) in [
            ("radius-s", radius),
            ("radius", rounder(4)),
            ("radius-l", rounder(10)),
        ] {
            plain.push_str(&format!("  --{name}: {pixels}px;\n"));
        }
    }
    let mut css = format!("/* From [brand] of the configuration. */\n:root {{\n{plain}}}\n");
    if !both.is_empty() {
        css.push_str(&format!(
            "@supports (color: light-dark(#000, #FFF)) {{\n  :root {{\n{both}  }}\n}}\n"
        ));
    }
    css
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn css(brand: &Brand) -> String {
        let sheet = brand.stylesheet.as_ref().unwrap();
        String::from_utf8(sheet.bytes.clone()).unwrap()
    }

    #[test]
    fn a_brand_of_nothing_brings_no_files() {
        assert_eq!(Brand::new(None, RADIUS, None), Brand::default());
        assert_eq!(Brand::default().files().count(), 0);
    }

    #[test]
    fn a_style_sheet_overrides_custom_properties_and_nothing_else() {
        let palette = Palette::of("#0F7A43".parse().unwrap(), None);
        let brand = Brand::new(Some(palette), 0, None);
        let css = css(&brand);
        assert!(css.contains("--accent: #0F7A43;"), "{css}");
        assert!(css.contains("--accent: light-dark(#0F7A43, #"), "{css}");
        assert!(css.contains("--radius-l: 0px;"), "{css}");
        let inside = |line: &str| {
            let line = line.trim();
            line.starts_with("--")
                || [":root {", "}", ""].contains(&line)
                || line.starts_with("/*")
                || line.starts_with("@supports")
        };
        assert!(css.lines().all(inside), "{css}");
    }

    #[test]
    fn corners_alone_leave_the_colours_as_they_are() {
        let css = css(&Brand::new(None, 12, None));
        assert!(
            !css.contains("accent") && !css.contains("@supports"),
            "{css}"
        );
        for line in ["--radius-s: 12px;", "--radius: 16px;", "--radius-l: 22px;"] {
            assert!(css.contains(line), "{css}");
        }
    }

    #[test]
    fn a_file_is_found_by_the_hash_of_its_content_only() {
        let brand = Brand::new(None, 2, None);
        let url = brand.stylesheet_url().unwrap();
        let (hash, name) = url
            .strip_prefix("/static/")
            .unwrap()
            .split_once('/')
            .unwrap();
        assert!(brand.get(hash, name).is_some());
        assert!(brand.get("0000000000000000", name).is_none());
        let other = Brand::new(None, 3, None).stylesheet_url().unwrap();
        assert_ne!(url, other);
    }
}
