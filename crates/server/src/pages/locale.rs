//! The languages we have words for, and which of them a tag means.
//!
//! Only languages with a folder in `locales/` are ever chosen; what the browser sent is never echoed.
//! Whose wish counts first is `crate::language`'s to say.

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
    /// Every language there is, in the order of its tag.
    pub fn all() -> Vec<Self> {
        let mut all: Vec<Self> = LOCALES.locales().cloned().map(Self).collect();
        all.sort_by_key(Self::tag);
        all
    }

    /// The language of exactly this tag.
    pub fn offered(tag: &str) -> Option<Self> {
        Self::all().into_iter().find(|have| have.tag() == tag)
    }

    /// The language that a wish means: by exact tag, else by language alone, so that `de-CH` is answered in
    /// German.
    pub fn of(wish: &str) -> Option<Self> {
        let wanted: LanguageIdentifier = wish.trim().parse().ok()?;
        let all = Self::all();
        let exact = all.iter().find(|have| have.0 == wanted);
        let near = || all.iter().find(|have| have.0.language == wanted.language);
        exact.or_else(near).cloned()
    }

    /// The best language of an `Accept-Language` header that there is (RFC 9110 §12.5.4).
    pub fn accepted(header: &str) -> Option<Self> {
        let members = header.split(',').take(MOST);
        let mut ranked: Vec<(f32, &str)> = members.filter_map(weighted).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        ranked.into_iter().find_map(|(_, tag)| Self::of(tag))
    }

    /// The tag (BCP 47) for `<html lang>`.
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

/// One member of `Accept-Language` with its weight, from 0 to 1.
fn weighted(member: &str) -> Option<(f32, &str)> {
    let mut parts = member.split(';');
    let tag = parts.next()?.trim();
    let weight = match parts.next().map(str::trim) {
        Some(q) => q.strip_prefix("q=")?.parse().ok()?,
        None => 1.0,
    };
    (weight > 0.0 && weight <= 1.0 && !tag.is_empty()).then_some((weight, tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(found: Option<Locale>) -> Option<String> {
        found.map(|locale| locale.tag())
    }

    #[test]
    fn a_language_without_a_folder_is_not_chosen() {
        assert_eq!(Locale::of("tlh"), None);
        assert_eq!(Locale::accepted("xx,yy;q=0.5"), None);
        assert_eq!(Locale::default().tag(), "en");
    }

    #[test]
    fn a_regional_tag_is_answered_by_its_language() {
        assert_eq!(tag(Locale::of("en-GB")).as_deref(), Some("en"));
        assert_eq!(tag(Locale::of("de-CH")).as_deref(), Some("de"));
        assert_eq!(Locale::of("<script>"), None);
    }

    #[test]
    fn what_is_offered_is_asked_for_by_its_own_tag_only() {
        assert_eq!(tag(Locale::offered("de")).as_deref(), Some("de"));
        for other in ["de-CH", "DE", "", "de ", "fr"] {
            assert_eq!(Locale::offered(other), None, "{other}");
        }
    }

    #[test]
    fn accept_language_is_ranked_by_weight_and_zero_is_refused() {
        assert_eq!(
            tag(Locale::accepted("en;q=0.5, fr, de;q=0.8")).as_deref(),
            Some("de")
        );
        assert_eq!(weighted("de;q=0.3"), Some((0.3, "de")));
        for refused in ["de;q=0", "fr;q=high", "fr;q=inf", "fr;q=NaN", "fr;q=1.5"] {
            assert_eq!(weighted(refused), None, "{refused}");
        }
        assert_eq!(weighted("fr"), Some((1.0, "fr")));
    }
}
