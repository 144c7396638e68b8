//! `POST /language`: the switch in the footer. It remembers a choice and goes back to the page it was on.
//!
//! The form carries no token, for it stands on pages that know no cookie too. Nothing but a language is at
//! stake; still the browser has to say that the form is our own, and the way back stays on this server.

use actix_web::HttpResponse;
use url::Url;

use super::answer::see_other;
use super::csrf;
use crate::extract::body::Body;
use crate::extract::cookies;
use crate::language::Choice;
use crate::pages::Locale;
use crate::visit::Visit;

/// The longest address to go back to, in bytes.
const LONGEST: usize = 2_048;

pub(crate) async fn choose(visit: Visit, body: Body) -> HttpResponse {
    let pages = visit.pages();
    let params = match visit.params(&pages, &body) {
        Ok(params) => params,
        Err(answer) => return *answer,
    };
    if !csrf::is_surely_ours(&visit.request, &visit.state.edge) {
        return pages.forbidden();
    }
    let Some(locale) = params.get("language").and_then(Locale::offered) else {
        return pages.problem(
            "OIDC Discovery §3",
            "language must be one that ui_locales_supported lists",
        );
    };
    let Some(back) = local(params.get("back").unwrap_or("/"), &visit.state.edge.origin) else {
        return pages.problem(
            "RFC 9700 §4.11",
            "back must be a path of this server, such as /i/some-id",
        );
    };
    let choice = Choice::new(locale, visit.asked.now);
    let mut answer = see_other(&back);
    let chosen = cookies::chosen(&visit.state.edge, &choice.to_text());
    cookies::set(&mut answer, &chosen);
    answer
}

/// An address of this server, as path and query. What a browser could take for another server's is none.
pub(super) fn local(back: &str, origin: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_graphic() && b != b'\\';
    let begins = back.starts_with('/') && !back.starts_with("//");
    if !begins || back.len() > LONGEST || !back.bytes().all(plain) {
        return None;
    }
    let home = Url::parse(origin).ok()?;
    let there = home.join(back).ok()?;
    let stays = there.origin() == home.origin() && !there.path().starts_with("//");
    stays.then(|| match there.query() {
        Some(query) => format!("{}?{query}", there.path()),
        None => there.path().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_never_leaves_this_server() {
        let origin = "https://id.example";
        for good in [
            "/",
            "/i/abc",
            "/logout?state=a%2Fb&x=//y",
            "/i/abc/another-way",
        ] {
            assert_eq!(local(good, origin).as_deref(), Some(good));
        }
        for bad in [
            "",
            "i/abc",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "/.//evil.example",
            "/a/..//evil.example",
            "/%2e//evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/\tx",
            "/\r\nSet-Cookie: x=y",
            "/ä",
            "/a b",
            &format!("/{}", "x".repeat(LONGEST)),
        ] {
            assert_eq!(local(bad, origin), None, "{bad:?}");
        }
        assert_eq!(local("/i/a#b", origin).as_deref(), Some("/i/a"));
    }
}
