//! `[brand]`: colours, corners, logo and links, each checked before anybody sees a page.

use std::path::Path;

use url::Url;

use super::read::Reader;
use crate::brand::colour::Colour;
use crate::brand::palette::{DARK, Ground, LIGHT, Palette};
use crate::brand::{Brand, File, logo};

/// Reads and checks the brand. The logo is read here, so that `config check` tells what is wrong with it.
pub(crate) fn read(reader: &mut Reader) -> Brand {
    let light = accent(reader, "brand.accent", &LIGHT);
    let dark = accent(reader, "brand.accent_dark", &DARK);
    let palette = match (light, dark) {
        (Some(light), dark) => Some(Palette::of(light, dark)),
        (None, Some(dark)) => Some(Palette::dark(dark)),
        (None, None) => None,
    };
    let radius = reader.count("brand.radius");
    let picture = picture(reader);
    let mut brand = Brand::new(palette, radius, picture);
    brand.privacy_url = link(reader, "brand.privacy_url", &["https", "http"]);
    brand.help_url = link(reader, "brand.help_url", &["https", "http", "mailto"]);
    brand
}

fn accent(reader: &mut Reader, path: &str, ground: &Ground) -> Option<Colour> {
    let text = reader.text(path)?;
    let Ok(colour) = text.parse::<Colour>() else {
        reader.refuse(path, format!("{path} takes a colour such as \"#3347D6\""));
        return None;
    };
    match ground.check(colour) {
        Ok(()) => Some(colour),
        Err(message) => {
            reader.refuse(path, format!("{path}: {message}"));
            None
        }
    }
}

fn picture(reader: &mut Reader) -> Option<File> {
    let path = reader.text("brand.logo")?;
    match logo::read(Path::new(&path)) {
        Ok(file) => Some(file),
        Err(message) => {
            reader.refuse("brand.logo", format!("brand.logo: {message}"));
            None
        }
    }
}

fn link(reader: &mut Reader, path: &str, schemes: &[&str]) -> Option<String> {
    let text = reader.text(path)?;
    let url = Url::parse(&text).ok();
    if url.is_some_and(|url| schemes.contains(&url.scheme())) {
        return Some(text);
    }
    let schemes = schemes.join(", ");
    reader.refuse(
        path,
        format!(
            "{path} takes an absolute address ({schemes}) such as \"https://example.com/page\""
        ),
    );
    None
}
