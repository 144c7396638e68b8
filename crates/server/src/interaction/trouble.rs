//! What was wrong with an answer, as pages say it: one table for a proof and for the first use of what is set up.
//!
//! Which field a problem belongs to, and what it says, is the page's business.

use stepwell_core::authn::Method as Proof;
use stepwell_core::time::Timestamp;
use stepwell_engine::answer::Trouble;

use super::method;
use crate::pages::{Method, Problem};

/// What was wrong where a method was proven, or used for the first time; its codes have so many digits.
pub(super) fn problem(trouble: &Trouble, proof: &Proof, digits: u8, now: Timestamp) -> Problem {
    of_method(trouble, &method(proof), digits).unwrap_or_else(|| of_any(trouble, now))
}

/// What was wrong where a name or a passkey was asked for.
pub(super) fn unnamed(trouble: &Trouble, now: Timestamp) -> Problem {
    match trouble {
        Trouble::BadUsername => Problem::EnterUsername,
        _ => problem(trouble, &Proof::passkey(), 0, now),
    }
}

/// What was wrong with the address or number that a set-up asks for first.
pub(super) fn field(trouble: &Trouble, field: &str, now: Timestamp) -> Problem {
    match (trouble, field) {
        (Trouble::Malformed("address-known"), "number") => Problem::NumberKnown,
        (Trouble::Malformed("address-known"), _) => Problem::AddressKnown,
        (Trouble::Malformed(_), "number") => Problem::BadNumber,
        (Trouble::Malformed(_), _) => Problem::BadAddress,
        _ => of_any(trouble, now),
    }
}

fn of_method(trouble: &Trouble, method: &Method, digits: u8) -> Option<Problem> {
    Some(match (method, trouble) {
        (Method::Passkey | Method::SecurityKey, trouble) => match trouble {
            Trouble::Refused("unknown-credential") => Problem::PasskeyUnknown,
            Trouble::Refused("registered-already") => Problem::PasskeyTaken,
            Trouble::Malformed("challenge-expired") | Trouble::Refused("no-challenge") => {
                Problem::PasskeyExpired
            }
            Trouble::Refused(_)
            | Trouble::Malformed(_)
            | Trouble::UsedCode
            | Trouble::WrongCode => Problem::PasskeyRefused,
            _ => return None,
        },
        (Method::Password, Trouble::Malformed(_)) => Problem::WrongPassword,
        (Method::Recovery, trouble) => match trouble {
            Trouble::WrongCode => Problem::WrongRecovery,
            Trouble::UsedCode => Problem::RecoveryUsed,
            Trouble::Malformed("codes-not-saved") => Problem::NotSaved,
            Trouble::Malformed(_) => Problem::RecoveryFormat,
            _ => return None,
        },
        (Method::Mail | Method::Sms, trouble) => match trouble {
            Trouble::WrongCode => Problem::WrongSentCode,
            Trouble::UsedCode => Problem::SentCodeUsed,
            Trouble::Malformed("code-expired") => Problem::SentCodeExpired,
            Trouble::Malformed(_) => Problem::CodeFormat { digits },
            _ => return None,
        },
        (_, Trouble::Malformed(_)) => Problem::CodeFormat { digits },
        _ => return None,
    })
}

fn of_any(trouble: &Trouble, now: Timestamp) -> Problem {
    let seconds = |secs: u64| i64::try_from(secs).unwrap_or(i64::MAX);
    match trouble {
        Trouble::BadUsername => Problem::EnterUsername,
        Trouble::WrongPassword => Problem::WrongPassword,
        Trouble::WrongCode => Problem::WrongCode,
        Trouble::UsedCode => Problem::CodeUsed,
        Trouble::NotEnough => Problem::ChooseMethod,
        Trouble::BadLabel => Problem::BadLabel,
        Trouble::Full => Problem::AccountFull,
        Trouble::Undelivered => Problem::NotSent,
        Trouble::Wait(secs) => Problem::TooManyTries {
            wait: seconds(*secs),
        },
        Trouble::Locked(until) => Problem::TooManyTries {
            wait: ahead(*until, now),
        },
        Trouble::TooSoon(secs) => Problem::TooSoon {
            wait: seconds(*secs),
        },
        Trouble::TryAgain | Trouble::Malformed(_) | Trouble::Refused(_) => Problem::TryAgain,
    }
}

/// Whole seconds until then, and one at least.
pub(super) fn ahead(until: Timestamp, now: Timestamp) -> i64 {
    (until.since(now) / 1_000_000 + 1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000);

    fn told(trouble: &Trouble, proof: &Proof) -> Problem {
        problem(trouble, proof, 8, NOW)
    }

    #[test]
    fn a_code_that_was_sent_is_never_looked_for_in_an_app() {
        for proof in [Proof::new("mail"), Proof::new("sms")] {
            assert_eq!(
                told(&Trouble::Malformed("code-digits"), &proof),
                Problem::CodeFormat { digits: 8 }
            );
            assert_eq!(told(&Trouble::WrongCode, &proof), Problem::WrongSentCode);
            assert_eq!(told(&Trouble::UsedCode, &proof), Problem::SentCodeUsed);
            assert_eq!(
                told(&Trouble::Malformed("code-expired"), &proof),
                Problem::SentCodeExpired
            );
        }
    }

    #[test]
    fn a_passkey_is_never_asked_for_digits() {
        for proof in [Proof::passkey(), Proof::security_key()] {
            assert_eq!(
                told(&Trouble::Malformed("challenge-expired"), &proof),
                Problem::PasskeyExpired
            );
            for (rule, problem) in [
                ("no-challenge", Problem::PasskeyExpired),
                ("unknown-credential", Problem::PasskeyUnknown),
                ("registered-already", Problem::PasskeyTaken),
                ("signature", Problem::PasskeyRefused),
            ] {
                assert_eq!(told(&Trouble::Refused(rule), &proof), problem);
            }
            for rule in ["response", "client-data", "response-too-long"] {
                assert_eq!(
                    told(&Trouble::Malformed(rule), &proof),
                    Problem::PasskeyRefused
                );
            }
        }
    }

    #[test]
    fn whoever_is_throttled_is_told_to_wait_and_not_to_type_something_else() {
        let wait = Problem::TooManyTries { wait: 30 };
        assert_eq!(unnamed(&Trouble::Wait(30), NOW), wait);
        assert_eq!(field(&Trouble::Wait(30), "address", NOW), wait);
        assert_eq!(told(&Trouble::Wait(30), &Proof::passkey()), wait);
        assert_eq!(unnamed(&Trouble::TryAgain, NOW), Problem::TryAgain);
        assert_eq!(unnamed(&Trouble::BadUsername, NOW), Problem::EnterUsername);
    }

    #[test]
    fn an_address_that_is_set_up_already_is_told_as_that() {
        let known = Trouble::Malformed("address-known");
        assert_eq!(field(&known, "address", NOW), Problem::AddressKnown);
        assert_eq!(field(&known, "number", NOW), Problem::NumberKnown);
        assert_eq!(
            field(&Trouble::Malformed("number"), "number", NOW),
            Problem::BadNumber
        );
    }
}
