//! `[mail]`, `[sms]` and `[codes]`.

use super::*;

const SMTP: &str =
    "[mail]\ntransport = \"smtp\"\nfrom = \"ID <id@example.com>\"\nhost = \"smtp.example.com\"\n";
const GATEWAY: &str = "[sms]\ntransport = \"gateway\"\nurl = \"https://gateway.example/send\"\nbody = \"to={number}&text={text}\"\n";

fn smtp(text: &str) -> Smtp {
    let config = read(text, &[]).map_err(|p| p.to_string()).unwrap().config;
    match config.mail.unwrap().way {
        MailWay::Smtp(smtp) => *smtp,
        other => panic!("{other:?}"),
    }
}

#[test]
fn nothing_is_sent_by_default() {
    let config = read("", &[]).unwrap().config;
    assert!(config.mail.is_none() && config.sms.is_none());
}

#[test]
fn mail_turns_to_tls_unless_told_otherwise_and_finds_its_port() {
    let found = smtp(SMTP);
    assert_eq!((found.tls, found.port), (Tls::StartTls, 587));
    let found = smtp(&format!("{SMTP}tls = \"implicit\""));
    assert_eq!((found.tls, found.port), (Tls::Implicit, 465));
    let local = SMTP.replace("smtp.example.com", "localhost");
    let found = smtp(&format!("{local}tls = \"none\"\nport = 2525"));
    assert_eq!((found.tls, found.port), (Tls::None, 2525));
}

#[test]
fn a_password_to_the_mail_server_can_come_from_a_file_and_is_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, "geheim\n").unwrap();
    let file = file.to_str().unwrap();
    let variables = [
        ("STEPWELL__MAIL__USERNAME", "stepwell"),
        ("STEPWELL__MAIL__PASSWORD_FILE", file),
        (
            "STEPWELL__SMS__HEADERS",
            "[\"Authorization: Bearer sesam\"]",
        ),
        ("STEPWELL__SMS__URL", "https://gateway.example/?key=oeffne"),
    ];
    let loaded = read(SMTP, &variables).unwrap();
    let dumped = loaded.dump().text();
    for secret in ["geheim", "sesam", "oeffne"] {
        assert!(!dumped.contains(secret), "{dumped}");
    }
    let MailWay::Smtp(smtp) = loaded.config.mail.unwrap().way else {
        panic!("a mail server")
    };
    assert_eq!(smtp.login.unwrap().1.expose(), "geheim");
}

#[test]
fn a_gateway_is_read_with_its_headers_and_statuses() {
    let text = format!(
        "{GATEWAY}headers = [\"Authorization: Bearer a:b\", \"X-App: 1\"]\nsuccess = [\"202\", \"250-259\"]"
    );
    let config = read(&text, &[]).map_err(|p| p.to_string()).unwrap().config;
    let Some(SmsWay::Gateway(gateway)) = config.sms else {
        panic!("a gateway")
    };
    let headers: Vec<_> = gateway
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.expose()))
        .collect();
    assert_eq!(headers, [("Authorization", "Bearer a:b"), ("X-App", "1")]);
    assert_eq!(gateway.success, [202..=202, 250..=259]);
    assert_eq!(gateway.body_type, BodyType::Form);
}

#[test]
fn what_could_not_send_or_would_send_in_the_open_is_refused() {
    for (text, why) in [
        (
            "[mail]\ntransport = \"smpt\"".to_owned(),
            "did you mean \"smtp\"?",
        ),
        (
            "[mail]\ntransprot = \"smtp\"".to_owned(),
            "did you mean \"transport\"?",
        ),
        (
            "[mail]\ntransport = \"smtp\"\nhost = \"a.example\"".to_owned(),
            "mail needs mail.from",
        ),
        (
            SMTP.replace("ID <id@example.com>", "ID <id@"),
            "mail.from takes an address",
        ),
        (
            SMTP.replace("host", "# host"),
            "mail.transport = \"smtp\" needs mail.host",
        ),
        (
            format!("{SMTP}tls = \"none\""),
            "is for a mail server on this machine",
        ),
        (
            format!("{SMTP}username = \"a\""),
            "mail.username needs mail.password",
        ),
        (
            format!("{SMTP}password = \"a\""),
            "mail.password needs mail.username",
        ),
        (
            format!("{SMTP}timeout = \"2m\""),
            "takes a duration from 1s to 1m",
        ),
        (
            SMTP.replace("smtp\"\nfrom", "file\"\nfrom"),
            "mail.transport = \"file\" needs mail.folder",
        ),
        (
            SMTP.replace("smtp\"\nfrom", "console\"\nfrom"),
            "say mail.console_shows_secrets = true",
        ),
        (
            "[sms]\ntransport = \"console\"".to_owned(),
            "say sms.console_shows_secrets = true",
        ),
        ("[sms]\ntransport = \"gateway\"".to_owned(), "needs sms.url"),
        (GATEWAY.replace("https", "http"), "sms.url has to be https"),
        (
            GATEWAY.replace("gateway.example", "{number}.example"),
            "has to name its host",
        ),
        (
            GATEWAY.replace("&text={text}", ""),
            "{text} stands neither in sms.url nor in sms.body",
        ),
        (
            format!("{GATEWAY}method = \"GET\""),
            "sms.body cannot go with",
        ),
        (
            format!("{GATEWAY}body_type = \"json\""),
            "sms.body is no JSON",
        ),
        (
            format!("{GATEWAY}headers = [\"no colon\"]"),
            "sms.headers takes lines",
        ),
        (
            format!("{GATEWAY}success = [\"99\"]"),
            "sms.success takes statuses",
        ),
        (format!("{GATEWAY}success = []"), "sms.success is empty"),
        (
            "[codes]\ndigits = 5".to_owned(),
            "takes a whole number from 6 to 8",
        ),
        (
            "[codes]\nlifetime = \"11m\"".to_owned(),
            "takes a duration from 1m to 10m",
        ),
    ] {
        let told = problem(&text, &[]);
        assert!(told.contains(why), "{text}: {told}");
    }
}

#[test]
fn a_refused_header_is_not_repeated() {
    let told = problem(&format!("{GATEWAY}headers = [\"Bearer sesam\"]"), &[]);
    assert!(!told.contains("sesam"), "{told}");
}
