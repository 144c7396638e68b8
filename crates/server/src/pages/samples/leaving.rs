//! Samples of signing out and of going back to the app.

use super::super::{FormPost, Home, Html, Leave, LoggedOut, LogoutConfirm};
use super::{NASTY, acme, nasty_app};

pub(super) fn add(add: &mut dyn FnMut(&'static str, &dyn Html)) {
    let confirm = LogoutConfirm {
        action: "/logout".into(),
        fields: vec![],
        app: Some(acme()),
    };
    add("logout", &confirm);
    let fields = vec![("state".to_owned(), NASTY.to_owned())];
    add(
        "logout-nasty",
        &LogoutConfirm {
            action: "/logout".into(),
            fields,
            app: Some(nasty_app()),
        },
    );

    add("home", &Home);
    add("logged-out", &LoggedOut);

    let url =
        "https://acme.example/cb?code=sample&state=a%26b&iss=https%3A%2F%2Fid.example".to_owned();
    add("leave", &Leave { app: acme(), url });
    let url = format!("https://acme.example/cb?state={NASTY}");
    add(
        "leave-nasty",
        &Leave {
            app: nasty_app(),
            url,
        },
    );
    add(
        "leave-broken",
        &Leave {
            app: acme(),
            url: "javascript:alert(1)".into(),
        },
    );

    let fields = vec![
        ("code".to_owned(), "sample".to_owned()),
        ("state".to_owned(), NASTY.to_owned()),
    ];
    let action = "https://acme.example/cb?x=1&y=2".to_owned();
    add(
        "form-post",
        &FormPost {
            app: acme(),
            action,
            fields: fields.clone(),
        },
    );
    add(
        "form-post-broken",
        &FormPost {
            app: nasty_app(),
            action: "data:text/html,x".into(),
            fields,
        },
    );
}
