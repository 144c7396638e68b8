//! The least length of a new password is one, and holds wherever one is set.

use stepwell_core::secret::Secret;
use stepwell_core::time::Seconds;
use stepwell_engine::EngineError;
use stepwell_engine::admin::NewUser;
use stepwell_engine::links::Followed;
use stepwell_engine::passwords::Weakness;

use crate::support::{Postbox, Stage, a_person, a_relying_party};

/// Good enough in every way but its length.
const SHORT: &str = "xk7Qv2mPz9aB3d";
const SHORT_OF: Weakness = Weakness::TooShort { least: 15 };

#[test]
fn the_configured_least_length_holds_for_the_account_for_links_for_registration_and_for_operators()
{
    let stage = Stage::with(|settings| {
        settings.password_min_length = 15;
        settings.registration = true;
    });
    let (postbox, stage) = Postbox::at(&stage);
    assert_eq!(stage.engine.password_rules().least(), 15);
    let short = Secret::new(SHORT);

    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&a_relying_party(&stage).create());
    let me = stage.engine.me(&stage.call(), &browser.cookies).unwrap();
    let changed = stage
        .engine
        .change_password(&stage.call(), &me.unwrap(), &short);
    assert_eq!(changed.unwrap(), Err(SHORT_OF));

    let link = stage
        .engine
        .link_for(&stage.call(), "ada", Seconds(600), None)
        .unwrap();
    let follow = |url: &Secret| {
        let secret = Secret::new(url.expose().rsplit('/').next().unwrap());
        stage.engine.follow_link(&stage.call(), &secret, &short)
    };
    assert_eq!(follow(&link.url).unwrap(), Followed::Weak(SHORT_OF));

    stage
        .engine
        .register(&stage.call(), "eve@example.com")
        .unwrap();
    stage.engine.deliver_due(&stage.call(), 10).unwrap();
    let mailed = postbox.link();
    assert_eq!(follow(&mailed).unwrap(), Followed::Weak(SHORT_OF));

    let new = NewUser {
        username: "bob".into(),
        password: Some(short.clone()),
        claims: Default::default(),
        totp_issuer: None,
        codes: Vec::new(),
    };
    match stage.engine.create_user(&stage.call(), new).unwrap_err() {
        EngineError::Invalid(rules) => assert_eq!(rules, [SHORT_OF.to_string()]),
        other => panic!("{other:?}"),
    }
}
