//! Reading the API's `WWW-Authenticate` answer (RFC 9110 §11.6.1, RFC 9470 §3).
//! What the step-up asks for comes from here and from nowhere else.

/// The longest header value that is looked at, in bytes.
const LONGEST: usize = 4096;

/// A `Bearer` challenge.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct BearerChallenge {
    pub(crate) error: Option<String>,
    pub(crate) acr_values: Vec<String>,
    pub(crate) max_age: Option<u64>,
    pub(crate) scope: Vec<String>,
}

impl BearerChallenge {
    /// Whether the API asks for a stronger or fresher sign-in.
    pub(crate) fn asks_for_step_up(&self) -> bool {
        self.error.as_deref() == Some("insufficient_user_authentication")
    }

    /// Reads the `Bearer` challenge that a header value begins with; `None` if there is none, or not one that is
    /// well-formed and says each thing once. Another scheme's challenge after it is left alone.
    pub(crate) fn parse(header: &str) -> Option<BearerChallenge> {
        let (scheme, mut rest) = header.split_once(' ').unwrap_or((header, ""));
        if header.len() > LONGEST || !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let mut challenge = BearerChallenge::default();
        let mut seen = Vec::new();
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            if rest.is_empty() {
                return Some(challenge);
            }
            let (name, after) = rest.split_once('=')?;
            let name = name.trim().to_ascii_lowercase();
            if name.contains([' ', '\t']) {
                return Some(challenge);
            }
            if seen.contains(&name) {
                return None;
            }
            let (value, after) = value(after.trim_start())?;
            rest = after;
            match name.as_str() {
                "error" => challenge.error = Some(value),
                "acr_values" => challenge.acr_values = words(&value),
                "scope" => challenge.scope = words(&value),
                // An age that is not a number cannot be honoured, and must not be dropped.
                "max_age" => challenge.max_age = Some(value.parse().ok()?),
                _ => {}
            }
            seen.push(name);
        }
    }
}

fn words(value: &str) -> Vec<String> {
    value
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A token or a quoted-string, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (end > 0).then(|| (text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::BearerChallenge;

    #[test]
    fn acrs_and_age_are_read_from_the_header() {
        let challenge = BearerChallenge::parse(
            r#"Bearer error="insufficient_user_authentication", error_description="A, \"b\"=c", acr_values="phr urn:x", max_age="300", scope="transfer""#,
        )
        .unwrap();
        assert!(challenge.asks_for_step_up());
        assert_eq!(challenge.acr_values, ["phr", "urn:x"]);
        assert_eq!(
            (challenge.max_age, challenge.scope),
            (Some(300), vec!["transfer".to_owned()])
        );
    }

    #[test]
    fn values_may_come_without_quotes_and_names_in_any_case() {
        let challenge = BearerChallenge::parse(
            "bearer Error=insufficient_user_authentication,MAX_AGE=5 , acr_values=a",
        )
        .unwrap();
        assert!(challenge.asks_for_step_up());
        assert_eq!(
            (challenge.max_age, challenge.acr_values),
            (Some(5), vec!["a".to_owned()])
        );
    }

    #[test]
    fn a_bare_challenge_asks_for_no_step_up() {
        assert_eq!(
            BearerChallenge::parse("Bearer").unwrap(),
            BearerChallenge::default()
        );
        assert!(
            !BearerChallenge::parse(r#"Bearer error="invalid_token""#)
                .unwrap()
                .asks_for_step_up()
        );
    }

    #[test]
    fn another_schemes_challenge_after_it_is_none_of_ours() {
        let both = r#"Bearer error="insufficient_user_authentication", acr_values="a", DPoP error="x", acr_values="b""#;
        let challenge = BearerChallenge::parse(both).unwrap();
        assert!(challenge.asks_for_step_up());
        assert_eq!(challenge.acr_values, ["a"]);
        let twice = r#"Bearer acr_values="a", acr_values="b""#;
        assert_eq!(BearerChallenge::parse(twice), None);
    }

    #[test]
    fn what_is_not_a_bearer_challenge_is_not_guessed_at() {
        for header in [
            "Basic realm=\"x\"",
            "Bearer error=\"open",
            "Bearer max_age=\"soon\"",
            "Bearer max_age=\"-1\"",
            "Bearer error",
            "Bearer error=",
        ] {
            assert_eq!(BearerChallenge::parse(header), None, "{header}");
        }
    }
}
