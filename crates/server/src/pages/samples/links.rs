//! Pages around one-time links.

use super::super::{
    Account, AskForLink, Errand, FollowLink, Html, LinkFor, LinkOver, LinkSent, NewPasswordProblem,
    PasswordSet, Problem,
};
use super::{NASTY, bob};

pub(super) fn add(add: &mut impl FnMut(&'static str, &dyn Html)) {
    let ask = |errand, problem: Option<_>| AskForLink {
        errand,
        typed: if problem.is_none() {
            String::new()
        } else {
            NASTY.to_owned()
        },
        problem,
    };
    add("link-forgot", &ask(Errand::Forgot, None));
    add("link-register", &ask(Errand::Register, None));
    add(
        "link-register-error",
        &ask(Errand::Register, Some(Problem::NotAnAddress)),
    );
    add(
        "link-sent-forgot",
        &LinkSent {
            errand: Errand::Forgot,
            valid_for: 1800,
        },
    );
    add(
        "link-sent-register",
        &LinkSent {
            errand: Errand::Register,
            valid_for: 1800,
        },
    );
    add("error-link-over", &LinkOver);
    let follow = |account: Account, purpose, problem| FollowLink {
        action: "/link/sample".to_owned(),
        account,
        purpose,
        least: 8,
        problem,
    };
    add("link-set-up", &follow(bob(), LinkFor::SetUp, None));
    add(
        "link-password",
        &follow(Account::new(NASTY), LinkFor::Password, None),
    );
    add(
        "link-register-weak",
        &follow(bob(), LinkFor::Register, Some(NewPasswordProblem::Common)),
    );
    add("link-password-set", &PasswordSet { account: bob() });
}
