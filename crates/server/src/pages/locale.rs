//! Which language a page is in.
//!
//! Order: `ui_locales` of the request, then `Accept-Language`, then English. Only languages with
//! a folder in `locales/` are ever chosen; what the browser sent is never echoed.

use fluent_templates::{LanguageIdentifier, Loader};

use super::text::LOCALES;

/// Languages looked at in one header; a longer list is cut.
const MOST: usize = 20;

/// A language we have words for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locale(LanguageIdentifier);

impl Default for Locale {
    fn default() -> Self {
        Self(LOCALES.fallback().clone())
    }
}

impl Locale {
    /// Picks the first language we have, by exact tag and then by language alone.
    /// `ui_locales` is a space-separated list (OpenID Connect Core §3.1.2.1).
    pub fn negotiate(ui_locales: Option<&str>, accept_language: Option<&str>) -> Self {
        let asked = ui_locales.unwrap_or_default().split_whitespace().take(MOST);
        let accepted = accept_language.unwrap_or_default();
        let mut ranked: Vec<(f32, &str)> = accepted
            .split(',')
            .take(MOST)
            .filter_map(weighted)
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        asked
            .chain(ranked.into_iter().map(|(_, tag)| tag))
            .find_map(Self::of)
            .unwrap_or_default()
    }

    /// The language of a tag, when there is a folder for it.
    fn of(tag: &str) -> Option<Self> {
        let wanted: LanguageIdentifier = tag.trim().parse().ok()?;
        let mut near = None;
        for have in LOCALES.locales() {
            if *have == wanted {
                return Some(Self(have.clone()));
            }
            if have.language == wanted.language && near.as_ref().is_none_or(|other| have < other) {
                near = Some(have.clone());
            }
        }
        near.map(Self)
    }

    /// The tag for `<html lang>`.
    pub fn tag(&self) -> String {
        self.0.to_string()
    }

    /// `ltr` or `rtl`, for `<html dir>`.
    pub fn dir(&self) -> &'static str {
        match self.0.language.as_str() {
            "ar" | "ckb" | "dv" | "fa" | "he" | "ps" | "sd" | "ug" | "ur" | "yi" => "rtl",
            _ => "ltr",
        }
    }

    pub(super) fn id(&self) -> &LanguageIdentifier {
        &self.0
    }
}

/// One member of `Accept-Language` with its weight (RFC 9110 §12.5.4).
fn weighted(member: &str) -> Option<(f32, &str)> {
    let mut parts = member.split(';');
    let tag = parts.next()?.trim();
    let weight = match parts.next().map(str::trim) {
        Some(q) => q.strip_prefix("q=")?.parse().ok()?,
        None => 1.0,
    };
    (weight > 0.0 && !tag.is_empty()).then_some((weight, tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_without_a_folder_falls_back_to_english() {
        assert_eq!(
            Locale::negotiate(Some("tlh"), Some("xx,yy;q=0.5")).tag(),
            "en"
        );
        assert_eq!(Locale::negotiate(None, None).tag(), "en");
    }

    #[test]
    fn a_regional_tag_is_answered_by_its_language() {
        assert_eq!(Locale::of("en-GB").map(|l| l.tag()).as_deref(), Some("en"));
        assert_eq!(Locale::of("<script>"), None);
    }

    #[test]
    fn accept_language_is_ranked_by_weight_and_zero_is_refused() {
        assert_eq!(weighted("de;q=0.3"), Some((0.3, "de")));
        assert_eq!(weighted("de;q=0"), None);
        assert_eq!(weighted("fr"), Some((1.0, "fr")));
        assert_eq!(weighted("fr;q=high"), None);
    }
}
