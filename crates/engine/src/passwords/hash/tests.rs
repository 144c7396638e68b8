#![allow(clippy::unwrap_used)]

use super::*;
use crate::testing::Seeded;

const CHEAP: HashParams = HashParams {
    memory_kib: 64,
    iterations: 1,
    parallelism: 1,
};

fn passwords(params: HashParams) -> (Passwords, Seeded) {
    let entropy = Seeded::new(3);
    (
        Passwords::new(params, Arc::new(HashGate::new(2, 8)), &entropy).unwrap(),
        entropy,
    )
}

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

#[test]
fn the_right_password_is_right_and_every_hash_has_its_own_salt() {
    let (passwords, entropy) = passwords(CHEAP);
    let one = passwords.hash(&secret("correct horse"), &entropy).unwrap();
    let two = passwords.hash(&secret("correct horse"), &entropy).unwrap();
    assert_ne!(one, two);
    for hash in [one, two] {
        assert_eq!(
            passwords.verify(&secret("correct horse"), Some(&hash)),
            Ok(Verdict {
                ok: true,
                needs_rehash: false
            })
        );
        assert!(
            !passwords
                .verify(&secret("Correct horse"), Some(&hash))
                .unwrap()
                .ok
        );
    }
}

#[test]
fn new_hashes_have_the_cost_that_owasp_recommends() {
    let (passwords, entropy) = passwords(HashParams::default());
    let hash = passwords.hash(&secret("correct horse"), &entropy).unwrap();
    assert!(
        hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{hash}"
    );
}

#[test]
fn a_hash_of_another_cost_still_verifies_and_asks_to_be_made_again() {
    let (cheap, entropy) = passwords(CHEAP);
    let old = cheap.hash(&secret("correct horse"), &entropy).unwrap();
    let (dearer, _) = passwords(HashParams {
        memory_kib: 128,
        ..CHEAP
    });
    assert_eq!(
        dearer.verify(&secret("correct horse"), Some(&old)),
        Ok(Verdict {
            ok: true,
            needs_rehash: true
        })
    );
    assert_eq!(
        dearer.verify(&secret("wrong horse"), Some(&old)),
        Ok(Verdict {
            ok: false,
            needs_rehash: false
        })
    );
}

#[test]
fn a_person_who_does_not_exist_costs_a_hash_of_the_same_parameters_and_is_never_right() {
    let (passwords, entropy) = passwords(CHEAP);
    let real = passwords.hash(&secret("x"), &entropy).unwrap();
    let cost = |hash: &str| hash.split('$').nth(3).unwrap().to_owned();
    assert_eq!(cost(&passwords.dummy), cost(&real));
    assert_eq!(
        passwords.verify(&secret("anything"), None),
        Ok(Verdict {
            ok: false,
            needs_rehash: false
        })
    );
}

#[test]
fn an_unknown_person_waits_at_the_gate_like_a_known_one() {
    let entropy = Seeded::new(3);
    let gate = Arc::new(HashGate::new(1, 0));
    let passwords = Passwords::new(CHEAP, Arc::clone(&gate), &entropy).unwrap();
    let hash = passwords.hash(&secret("x"), &entropy).unwrap();
    let _taken = gate.enter().unwrap();
    assert_eq!(
        passwords.verify(&secret("x"), None),
        Err(PasswordError::Busy)
    );
    assert_eq!(
        passwords.verify(&secret("x"), Some(&hash)),
        Err(PasswordError::Busy)
    );
    assert_eq!(
        passwords.hash(&secret("x"), &entropy),
        Err(PasswordError::Busy)
    );
}

#[test]
fn a_megabyte_password_is_refused_before_hashing_even_when_everyone_is_busy() {
    let entropy = Seeded::new(3);
    let gate = Arc::new(HashGate::new(1, 0));
    let passwords = Passwords::new(CHEAP, Arc::clone(&gate), &entropy).unwrap();
    let _taken = gate.enter().unwrap();
    let megabyte = secret(&"a".repeat(1 << 20));
    assert_eq!(
        passwords.verify(&megabyte, None),
        Err(PasswordError::TooLong)
    );
    assert_eq!(
        passwords.hash(&megabyte, &entropy),
        Err(PasswordError::TooLong)
    );
}

#[test]
fn nothing_is_cut_off_a_long_password() {
    let (passwords, entropy) = passwords(CHEAP);
    let long = "a".repeat(MAX_BYTES);
    let hash = passwords.hash(&secret(&long), &entropy).unwrap();
    assert!(passwords.verify(&secret(&long), Some(&hash)).unwrap().ok);
    assert!(
        !passwords
            .verify(&secret(&long[1..]), Some(&hash))
            .unwrap()
            .ok
    );
    assert!(
        !passwords
            .verify(&secret(&long[..72]), Some(&hash))
            .unwrap()
            .ok
    );
}

#[test]
fn the_same_letters_typed_composed_and_decomposed_are_one_password() {
    let (passwords, entropy) = passwords(CHEAP);
    let hash = passwords.hash(&secret("caf\u{e9} noir"), &entropy).unwrap();
    assert!(
        passwords
            .verify(&secret("cafe\u{301} noir"), Some(&hash))
            .unwrap()
            .ok
    );
    assert!(
        !passwords
            .verify(&secret("cafe noir"), Some(&hash))
            .unwrap()
            .ok
    );
}

#[test]
fn a_damaged_or_ruinous_stored_hash_is_reported_and_lets_nobody_in() {
    let (passwords, entropy) = passwords(CHEAP);
    let good = passwords.hash(&secret("x"), &entropy).unwrap();
    for bad in [
        "",
        "plain",
        &good[..20],
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ",
        &good.replace("m=64", "m=4194304"),
        &good.replace("argon2id", "scrypt"),
    ] {
        assert_eq!(
            passwords.verify(&secret("x"), Some(bad)),
            Err(PasswordError::Damaged),
            "{bad}"
        );
    }
}

#[test]
fn ruinous_parameters_are_refused_at_the_start() {
    let gate = Arc::new(HashGate::new(1, 0));
    for params in [
        HashParams {
            memory_kib: 1 << 24,
            ..CHEAP
        },
        HashParams {
            iterations: 0,
            ..CHEAP
        },
        HashParams {
            memory_kib: 1,
            ..CHEAP
        },
    ] {
        let refused = Passwords::new(params, Arc::clone(&gate), &Seeded::new(1)).unwrap_err();
        assert!(matches!(refused, PasswordError::Params(_)));
    }
}
