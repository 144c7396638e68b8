//! Refresh tokens: rotated, one family, never wider (spec §5 lines 77 and 78).

use stepwell_tests::databases::Database;
use stepwell_tests::rp::claims;

use crate::support::World;
use crate::support::http::send;

#[test]
fn a_rotated_token_used_again_after_the_grace_ends_the_whole_family() {
    let world = World::alone(
        Database::sqlite(),
        &[("STEPWELL__LIFETIMES__REFRESH_GRACE", "0s")],
    );
    let first = world.tokens(&world.tab(), &world.alex(), &[]);
    let second = world.web.refresh(first["refresh_token"].as_str().unwrap());
    assert_eq!(second.status, 200, "{second:#?}");
    let again = world.web.refresh(first["refresh_token"].as_str().unwrap());
    assert_eq!((again.status, again.error()), (400, "invalid_grant"));
    let third = world.web.refresh(&second.expect("refresh_token"));
    assert_eq!((third.status, third.error()), (400, "invalid_grant"));
    let userinfo = send(
        world
            .http
            .get(world.url("/userinfo"))
            .bearer_auth(second.expect("access_token")),
    );
    assert_eq!(userinfo.status, 401);
}

#[test]
fn an_identical_retry_within_the_grace_gets_the_same_successor() {
    let world = World::shared();
    let first = world.tokens(&world.tab(), &world.alex(), &[]);
    let first = first["refresh_token"].as_str().unwrap();
    let (one, two) = (world.web.refresh(first), world.web.refresh(first));
    assert_eq!(one.expect("refresh_token"), two.expect("refresh_token"));
}

#[test]
fn refreshing_never_widens_and_narrowing_is_for_once() {
    let world = World::shared();
    let more = [("scope", "openid email")];
    let tokens = world.tokens(&world.tab(), &world.alex(), &more);
    let refresh = |token: &str, scope: &str| {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("scope", scope),
        ];
        world.post_as(&world.web, "/token", &fields)
    };
    let token = tokens["refresh_token"].as_str().unwrap();
    for wider in ["openid email profile", "phone", "openid nonsense"] {
        refresh(token, wider).assert_refused(400, "invalid_scope");
    }
    // The refusals did not spend it.
    let narrow = refresh(token, "openid");
    assert_eq!(narrow.status, 200, "{narrow:#?}");
    assert_eq!(narrow.json()["scope"], "openid");
    let next = narrow.json()["refresh_token"].as_str().unwrap().to_owned();
    let full = world.web.refresh(&next);
    assert_eq!(full.expect("scope"), "openid email");
}

#[test]
fn a_refresh_token_is_worth_nothing_to_another_client() {
    let world = World::shared();
    let tokens = world.tokens(&world.tab(), &world.alex(), &[]);
    let token = tokens["refresh_token"].as_str().unwrap();
    let other = world.register(&[]);
    assert_eq!(other.refresh(token).error(), "invalid_grant");
    assert_eq!(world.web.refresh(token).status, 200);
}

#[test]
fn no_parameter_of_a_refresh_raises_what_was_proven() {
    let world = World::shared();
    let tokens = world.tokens(&world.tab(), &world.alex(), &[]);
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
        ("acr_values", crate::support::MFA),
        (
            "claims",
            r#"{"id_token":{"acr":{"essential":true,"values":["phr"]}}}"#,
        ),
        ("max_age", "0"),
    ];
    let got = world.post_as(&world.web, "/token", &fields);
    if got.status == 200 {
        let before = claims(tokens["access_token"].as_str().unwrap());
        let after = claims(got.json()["access_token"].as_str().unwrap());
        assert_eq!(
            (&after["acr"], &after["auth_time"]),
            (&before["acr"], &before["auth_time"])
        );
    } else {
        got.assert_refused(400, "invalid_request");
    }
}
