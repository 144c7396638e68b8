//! Setting an authenticator up in the middle of a request, and going on with that request.

use stepwell_engine::answer::{Answered, Input, Trouble};
use stepwell_engine::authorize::EnrolStage;

use crate::support::{Stage, a_person, a_relying_party, each_database};

const MFA: [(&str, &str); 1] = [("acr_values", "2")];

#[test]
fn whoever_owns_nothing_that_would_do_sets_it_up_and_the_same_request_goes_on() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        let before = bank.redeem(stage, &browser.sign_in(&bank));
        stage.advance(60);

        assert!(browser.authorize(&bank, &MFA).is_pages());
        assert_eq!(browser.page(), "set up totp");
        let asked = browser.see_enrol();
        let proven: Vec<_> = asked.proven.iter().map(|p| p.method.as_str()).collect();
        assert_eq!(proven, ["password"], "it was proven a minute ago");
        browser.set_up_app();
        let set_up_at = stage.now();
        let after = bank.redeem(stage, &browser.follow());

        let (acr, amr, auth_time) = after.grounds();
        assert_eq!(acr, "2");
        assert_eq!(amr, ["pwd", "otp", "mfa"]);
        assert_eq!(auth_time, set_up_at.secs(), "the first use counts");
        assert_eq!(after.id["sid"], before.id["sid"], "it is the same session");
        assert_eq!(stage.events("factor.enrolled").len(), 2, "password and app");
        assert!(stage.chain_is_whole());
    });
}
