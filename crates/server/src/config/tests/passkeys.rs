//! What `[passkeys]` may say.

use super::*;
use stepwell_engine::settings::CounterRegression;

fn problem(text: &str) -> String {
    match read(text, &[]) {
        Ok(_) => panic!("{text} is taken"),
        Err(problems) => problems.to_string(),
    }
}

#[test]
fn a_relying_party_id_is_the_issuers_host_or_a_domain_above_it() {
    let with =
        |issuer: &str, id: &str| format!("issuer = \"{issuer}\"\n[passkeys]\nrp_id = \"{id}\"\n");
    for id in ["id.bank.example", "bank.example"] {
        let read = read(&with("https://id.bank.example", id), &[]);
        let config = read.map_err(|p| p.to_string()).unwrap().config;
        assert_eq!(config.settings.passkeys.rp_id.as_deref(), Some(id));
    }
    for id in [
        "example",
        "ank.example",
        "other.example",
        "login.id.bank.example",
        "https://id.bank.example",
    ] {
        let told = problem(&with("https://id.bank.example", id));
        assert!(told.contains("a domain above it"), "{id}: {told}");
    }
    let told = problem(&with("http://127.0.0.1:7100", "localhost"));
    assert!(told.contains("domains only"), "{told}");
}

#[test]
fn hardware_is_told_by_models_and_by_authorities_that_attest() {
    let text = "[passkeys]\nhardware_aaguids = [\"2fc0579f-8113-47ea-b116-bb5a8db9202a\"]\ncounter_regression = \"flag\"\n";
    let config = read(text, &[]).map_err(|p| p.to_string()).unwrap().config;
    assert_eq!(config.settings.passkeys.hardware_models.len(), 1);
    assert_eq!(
        config.settings.passkeys.counter_regression,
        CounterRegression::Flag
    );
    for (odd, told) in [
        (
            "hardware_aaguids = [\"00000000-0000-0000-0000-000000000000\"]",
            "no model",
        ),
        ("hardware_aaguids = [\"YubiKey\"]", "write it like"),
        (
            "attestation_ca_files = [\"/nowhere/at/all.pem\"]",
            "cannot be read",
        ),
        ("attestation = \"enterprise\"", "none, direct"),
        ("counter_regression = \"ignore\"", "flag, refuse"),
    ] {
        let found = problem(&format!("[passkeys]\n{odd}\n"));
        assert!(found.contains(told), "{odd}: {found}");
    }
}

#[test]
fn certificates_are_read_from_files_and_need_attestation() {
    let folder = std::env::temp_dir().join(format!("stepwell-cas-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("roots.pem");
    let list = format!(
        "attestation_ca_files = [{:?}]\n",
        file.display().to_string()
    );
    std::fs::write(&file, "nothing of the kind").unwrap();
    let told = problem(&format!("[passkeys]\nattestation = \"direct\"\n{list}"));
    assert!(told.contains("holds no certificate"), "{told}");
    std::fs::write(&file, ROOT.repeat(2)).unwrap();
    let told = problem(&format!("[passkeys]\n{list}"));
    assert!(told.contains("attestation = \"direct\""), "{told}");
    let read = read(
        &format!("[passkeys]\nattestation = \"direct\"\n{list}"),
        &[],
    );
    let config = read.map_err(|p| p.to_string()).unwrap().config;
    assert!(!config.settings.passkeys.authorities.is_empty());
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A certificate of nobody in particular, whose key was thrown away.
const ROOT: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBnTCCAUOgAwIBAgIUBPwg9WxN8a5U1d0odRE5x5+vwkgwCgYIKoZIzj0EAwIw\n\
IzEhMB8GA1UEAwwYRXhhbXBsZSBBdHRlc3RhdGlvbiBSb290MCAXDTI2MTEyNTIz\n\
MDcwM1oYDzIxMjYxMTAxMjMwNzAzWjAjMSEwHwYDVQQDDBhFeGFtcGxlIEF0dGVz\n\
dGF0aW9uIFJvb3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASV5hDGi0l0IEiE\n\
QKW7OWQRSGmBgJavbwF1k+bWPrfzRSO+mQT4vrlPRhSQr3hJedh0o4MgRva/VnUC\n\
5Duuj+Upo1MwUTAdBgNVHQ4EFgQUvfEFaArU9E953///cJId65fYXlwwHwYDVR0j\n\
BBgwFoAUvfEFaArU9E953///cJId65fYXlwwDwYDVR0TAQH/BAUwAwEB/zAKBggq\n\
hkjOPQQDAgNIADBFAiEA/lkAuhe7ZK2JDW+sLzNphBykJxqh/o5fHW2kExL3BTEC\n\
IBni7c8IlH4DFs4mYuFZhj+6ROp4AMCCBw/N51lqIc6x\n\
-----END CERTIFICATE-----\n\
";
