//! A whole sign-in: authorization request, name, password, and the code redeemed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use stepwell_tests::html;
use url::Url;

use super::http::{self, Answer, Connection};
use super::load::Turn;
use super::party::{CHALLENGE_METHOD, PASSWORD, Party, REDIRECT_URI, USERNAME, VERIFIER};

/// The tokens of a sign-in.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    /// The access token.
    pub(crate) access: String,
    /// The refresh token.
    pub(crate) refresh: String,
}

/// A browser without cookies, made anew for each sign-in.
#[derive(Debug)]
struct Browser<'p> {
    party: &'p Party,
    cookies: Vec<(String, String)>,
}

/// Signs the person in once and redeems the code.
pub(crate) async fn sign_in(party: &Party, http: &mut Connection) -> Result<Tokens, String> {
    let mut browser = Browser {
        party,
        cookies: Vec::new(),
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("response_type", "code"),
            ("client_id", &party.client_id),
            ("redirect_uri", REDIRECT_URI),
            ("scope", "openid profile email"),
            ("state", "s"),
            ("nonce", "n"),
            ("code_challenge", &challenge),
            ("code_challenge_method", CHALLENGE_METHOD),
        ])
        .finish();
    let page = browser.go(http, &format!("/authorize?{query}")).await?;
    browser
        .submit(http, &page, "identify", ("username", USERNAME))
        .await?;
    browser
        .submit(http, &page, "password", ("password", PASSWORD))
        .await?;
    let last = browser.show(http, &page).await?;
    let onward = html::refresh(&last).ok_or_else(|| format!("the sign-in did not end: {last}"))?;
    let onward = Url::parse(&onward).map_err(|problem| format!("{onward}: {problem}"))?;
    let code = onward.query_pairs().find(|(name, _)| name == "code");
    let code = code.ok_or_else(|| format!("no code in {onward}"))?.1;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    let answer = http
        .exchange(&party.post("/token", &form))
        .await?
        .with_status(200)?;
    Ok(Tokens {
        access: answer.member("access_token")?.to_owned(),
        refresh: answer.member("refresh_token")?.to_owned(),
    })
}

impl Browser<'_> {
    /// Opens an address that redirects; answers where to.
    async fn go(&mut self, http: &mut Connection, path: &str) -> Result<String, String> {
        let request = http::get(self.party.address, path, &self.cookie_line());
        let answer = http.exchange(&request).await?.with_status(303)?;
        self.keep(answer);
        location(answer)
    }

    async fn show(&mut self, http: &mut Connection, path: &str) -> Result<String, String> {
        let request = http::get(self.party.address, path, &self.cookie_line());
        let answer = http.exchange(&request).await?.with_status(200)?;
        self.keep(answer);
        Ok(answer.body.to_owned())
    }

    /// Loads the page, fills in its form for `factor` and sends it; the page comes next again.
    async fn submit(
        &mut self,
        http: &mut Connection,
        path: &str,
        factor: &str,
        (name, value): (&str, &str),
    ) -> Result<(), String> {
        let page = self.show(http, path).await?;
        let forms = html::forms(&page);
        let form = forms
            .into_iter()
            .find(|form| form.action.ends_with(&format!("/{factor}")));
        let form = form.ok_or_else(|| format!("no form for {factor} on {page}"))?;
        let mut fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        fields.retain(|(known, _)| *known != name);
        fields.push((name, value));
        let origin = format!(
            "Origin: http://{}\r\n{}",
            self.party.address,
            self.cookie_line()
        );
        let answer = http
            .exchange(&http::post(
                self.party.address,
                &form.action,
                &origin,
                &fields,
            ))
            .await?;
        let answer = answer.with_status(303)?;
        self.keep(answer);
        match location(answer)? {
            next if next == path => Ok(()),
            next => Err(format!("{factor} led to {next} instead of {path}")),
        }
    }

    fn keep(&mut self, answer: Answer<'_>) {
        for line in answer.headers("set-cookie") {
            let pair = line.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.retain(|(known, _)| known != name);
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    fn cookie_line(&self) -> String {
        if self.cookies.is_empty() {
            return String::new();
        }
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        format!("Cookie: {}\r\n", pairs.join("; "))
    }
}

fn location(answer: Answer<'_>) -> Result<String, String> {
    answer
        .headers("location")
        .next()
        .map(str::to_owned)
        .ok_or_else(|| "a redirect without Location".to_owned())
}

/// Sign-ins, one after the other.
#[derive(Debug)]
pub(crate) struct SignIns(pub(crate) Party);

impl Turn for SignIns {
    async fn turn(&mut self, http: &mut Connection) -> Result<bool, String> {
        sign_in(&self.0, http).await.map(|_| true)
    }
}
