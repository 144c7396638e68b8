//! Whose wish decides the language of a page.
//!
//! In this order: `ui_locales` of the request that the page belongs to, what the person chose with the
//! switch, `Accept-Language`, English. A choice that was made after the request came in is the later word
//! and goes first: a switch that changes nothing would be no switch.

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;
use stepwell_core::time::Timestamp;
use stepwell_engine::authorize::Wished;

use crate::app::Edge;
use crate::extract::cookies;
use crate::pages::Locale;

/// Languages of one `ui_locales` that are looked at.
const MOST: usize = 20;

/// What a browser says about languages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wishes {
    chosen: Option<Choice>,
    accepted: Option<Locale>,
}

/// What the person chose, and when: the value of a cookie, `de.1750000000000000`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    locale: Locale,
    at: Timestamp,
}

impl Choice {
    pub(crate) fn new(locale: Locale, at: Timestamp) -> Self {
        Self { locale, at }
    }

    /// The value of the cookie.
    pub(crate) fn to_text(&self) -> String {
        format!("{}.{}", self.locale.tag(), self.at.as_micros())
    }

    /// Reads the cookie; a language that is not offered is no choice, and a choice without a time is an old one.
    fn parse(text: &str) -> Option<Self> {
        let (tag, at) = text.split_once('.').unwrap_or((text, "0"));
        Some(Self {
            locale: Locale::offered(tag)?,
            at: Timestamp::from_micros(at.parse().ok()?),
        })
    }
}

impl Wishes {
    pub(crate) fn of(request: &HttpRequest, edge: &Edge) -> Self {
        let header = request.headers().get(ACCEPT_LANGUAGE);
        Self {
            chosen: cookies::language(request, edge).and_then(|text| Choice::parse(&text)),
            accepted: header
                .and_then(|value| value.to_str().ok())
                .and_then(Locale::accepted),
        }
    }

    /// The language of a page, which may belong to a request with wishes of its own.
    pub(crate) fn settle(&self, request: Option<&Wished>) -> Locale {
        let chosen = self.chosen.as_ref();
        let later = chosen.filter(|choice| request.is_some_and(|wished| choice.at >= wished.at));
        let asked = || {
            let mut tags = request?.languages.iter().take(MOST);
            tags.find_map(|tag| Locale::of(tag))
        };
        later
            .map(|choice| choice.locale.clone())
            .or_else(asked)
            .or_else(|| chosen.map(|choice| choice.locale.clone()))
            .or_else(|| self.accepted.clone())
            .unwrap_or_default()
    }
}

/// `ui_locales` of a raw query or form body, for pages that are shown before a request is understood.
pub(crate) fn asked_in(raw: &[u8], now: Timestamp) -> Option<Wished> {
    let mut found = url::form_urlencoded::parse(raw).filter(|(name, _)| name == "ui_locales");
    let value = found.next()?.1;
    Some(Wished {
        languages: value.split_whitespace().map(str::to_owned).collect(),
        at: now,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const BEGAN: Timestamp = Timestamp::from_secs(1_000);

    fn settled(ui_locales: &[&str], cookie: Option<&str>, accept: Option<&str>) -> String {
        let wishes = Wishes {
            chosen: cookie.and_then(Choice::parse),
            accepted: accept.and_then(Locale::accepted),
        };
        let request = Wished {
            languages: ui_locales.iter().map(|tag| (*tag).to_owned()).collect(),
            at: BEGAN,
        };
        wishes.settle(Some(&request)).tag()
    }

    #[test]
    fn the_request_goes_before_the_cookie_and_the_cookie_before_the_browser() {
        let earlier = Some("en.5");
        assert_eq!(settled(&["fr", "de-AT"], earlier, Some("en")), "de");
        assert_eq!(settled(&["fr"], Some("de.5"), Some("en")), "de");
        assert_eq!(settled(&[], None, Some("de")), "de");
        assert_eq!(settled(&["fr"], None, Some("fr")), "en");
        assert_eq!(settled(&[], None, None), "en");
    }

    #[test]
    fn a_choice_that_was_made_after_the_request_came_in_is_the_last_word() {
        let later = Choice::new(
            Locale::offered("en").unwrap(),
            Timestamp::from_micros(BEGAN.as_micros() + 1),
        );
        assert_eq!(settled(&["de"], Some(&later.to_text()), None), "en");
        let earlier = Choice::new(
            Locale::offered("en").unwrap(),
            Timestamp::from_micros(BEGAN.as_micros() - 1),
        );
        assert_eq!(settled(&["de"], Some(&earlier.to_text()), None), "de");
    }

    #[test]
    fn a_cookie_of_somebody_else_s_making_chooses_nothing() {
        for odd in ["fr.5", "de.soon", "de-CH.5", ".5", "", "de.5.6", "<b>"] {
            assert_eq!(Choice::parse(odd), None, "{odd}");
        }
        assert_eq!(settled(&[], Some("de"), Some("en")), "de");
        assert_eq!(settled(&["en"], Some("de"), None), "en");
    }

    #[test]
    fn ui_locales_are_read_before_anything_else_is_understood() {
        let asked = asked_in(b"client_id=%ZZ&ui_locales=fr+de-CH&x", BEGAN).unwrap();
        assert_eq!(asked.languages, ["fr", "de-CH"]);
        assert!(asked_in(b"a=ui_locales", BEGAN).is_none());
    }
}
