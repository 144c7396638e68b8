#![allow(clippy::unwrap_used)]
use super::*;
use crate::client::{ApplicationType, NewClient};
use crate::secret::{Hashed, Secret};
use crate::time::Timestamp;

const ISSUER: &str = "https://id.example";
const CB: &str = "redirect_uri=https%3A%2F%2Fapp.example%2Fcb";

fn client() -> Client {
    NewClient {
        redirect_uris: vec![
            "https://app.example/cb".into(),
            "https://app.example/cb?t=1".into(),
        ],
        ..NewClient::new(ApplicationType::Web, "App")
    }
    .build(
        ClientId::new("app"),
        vec![Hashed::of(&Secret::new("s"))],
        Timestamp::from_secs(0),
    )
    .unwrap()
}

fn resolve(query: &str) -> Result<ReturnPath, Problem> {
    let params = Params::parse_authorization(query.as_bytes()).unwrap();
    return_path(&params, &client(), ISSUER)
}

#[test]
fn the_client_is_read_before_anything_else() {
    let read = |query: &str| client_id(&Params::parse_authorization(query.as_bytes()).unwrap());
    assert_eq!(
        read("client_id=app&scope=a&scope=b").unwrap(),
        ClientId::new("app")
    );
    for bad in [
        "",
        "client_id=",
        "client_id=a&client_id=a",
        &format!("client_id={}", "a".repeat(257)),
    ] {
        assert_eq!(read(bad).unwrap_err().kind, ProblemKind::Client, "{bad}");
    }
}

#[test]
fn a_missing_repeated_or_foreign_redirect_uri_is_a_page() {
    for query in [
        "",
        "redirect_uri=",
        &format!("{CB}&{CB}"),
        "redirect_uri=https://evil.example/cb",
    ] {
        assert_eq!(
            resolve(query).unwrap_err().kind,
            ProblemKind::RedirectUri,
            "{query}"
        );
    }
}

#[test]
fn redirect_uris_with_dots_user_names_other_case_added_query_or_fragment_are_a_page() {
    for sent in [
        "https://app.example/x/../cb",
        "https://u@app.example/cb",
        "https://App.example/cb",
        "https://app.example/cb?t=1%26u=2",
        "https://app.example/cb?u=2",
        "https://app.example/cb%23f",
    ] {
        assert_eq!(
            resolve(&format!("redirect_uri={sent}")).unwrap_err().kind,
            ProblemKind::RedirectUri,
            "{sent}"
        );
    }
}

#[test]
fn an_unsupported_response_mode_is_a_page_and_never_a_redirect() {
    for mode in [
        "fragment",
        "web_message",
        "jwt",
        "QUERY",
        "query&response_mode=query",
    ] {
        let refusal = resolve(&format!("{CB}&response_mode={mode}")).unwrap_err();
        assert_eq!(refusal.kind, ProblemKind::ResponseMode, "{mode}");
    }
    assert_eq!(resolve(CB).unwrap().response_mode, ResponseMode::Query);
    assert_eq!(
        resolve(&format!("{CB}&response_mode=form_post"))
            .unwrap()
            .response_mode,
        ResponseMode::FormPost
    );
}

#[test]
fn a_client_registered_for_form_post_only_gets_form_post_unasked_and_nothing_else() {
    let mut client = client();
    client.response_modes = vec![ResponseMode::FormPost];
    let resolve =
        |query: &str| return_path(&Params::parse(query.as_bytes()).unwrap(), &client, ISSUER);
    assert_eq!(resolve(CB).unwrap().response_mode, ResponseMode::FormPost);
    assert_eq!(
        resolve(&format!("{CB}&response_mode=query"))
            .unwrap_err()
            .kind,
        ProblemKind::ResponseMode
    );
}

#[test]
fn a_state_that_cannot_be_returned_is_a_page() {
    assert_eq!(
        resolve(&format!("{CB}&state=a&state=b")).unwrap_err().kind,
        ProblemKind::State
    );
    assert_eq!(
        resolve(&format!("{CB}&state={}", "a".repeat(4097)))
            .unwrap_err()
            .kind,
        ProblemKind::State
    );
    assert_eq!(
        resolve(&format!("{CB}&state={}", "a".repeat(4096)))
            .unwrap()
            .state
            .unwrap()
            .len(),
        4096
    );
}

#[test]
fn an_omitted_redirect_uri_is_taken_from_the_registration_only_where_one_is_registered_and_openid_is_not_asked()
 {
    let one = Client {
        redirect_uris: vec!["https://app.example/cb".into()],
        ..client()
    };
    let resolve = |client: &Client, query: &str| {
        return_path(
            &Params::parse_authorization(query.as_bytes()).unwrap(),
            client,
            ISSUER,
        )
    };
    assert_eq!(
        resolve(&one, "scope=transfer").unwrap().redirect_uri,
        "https://app.example/cb"
    );
    for query in ["scope=transfer+openid", "scope=transfer&scope=openid"] {
        assert_eq!(
            resolve(&one, query).unwrap_err().kind,
            ProblemKind::RedirectUri,
            "{query}"
        );
    }
    assert_eq!(
        resolve(&client(), "scope=transfer").unwrap_err().kind,
        ProblemKind::RedirectUri
    );
}

#[test]
fn an_unknown_client_is_a_page_that_names_the_id_safely() {
    let problem = Problem::unknown_client(&ClientId::new("<b>\r\n"));
    assert_eq!(problem.kind, ProblemKind::Client);
    assert!(problem.error.description().contains("'<b>  '"), "{problem}");
}
