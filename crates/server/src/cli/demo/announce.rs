//! What the demo says when it is ready.

use serde_json::{Value, json};

use super::Addresses;
use super::home::Home;
use super::seed::Kept;

/// For people.
pub(super) fn text(at: &Addresses, kept: &Kept, home: &Home) -> String {
    format!(
        "\n  The demo is ready.\n\n\
         \x20 Bank       {bank}   begin here: view the balance, make a transfer, change the payout account\n\
         \x20 Username   {username}\n\
         \x20 Password   {password}\n\
         \x20 Code       {bank}/phone   stands in for the authenticator app\n\
         \x20 Mail       {bank}/inbox   stands in for the mailbox\n\n\
         \x20 Provider   {issuer}/.well-known/openid-configuration\n\
         \x20 Health     http://{ops}/ready\n\
         \x20 Commands   stepwell client list --config {config}\n\n\
         \x20 Ctrl-C ends it; the same command starts it again with the same data.\n",
        bank = at.bank,
        username = kept.username,
        password = kept.password,
        issuer = at.issuer,
        ops = at.ops_listen,
        config = home.config().display(),
    )
}

/// For scripts.
pub(super) fn json(at: &Addresses, kept: &Kept, home: &Home) -> Value {
    json!({
        "issuer": at.issuer,
        "bank": at.bank,
        "api": at.api(),
        "inbox": format!("{}/inbox", at.bank),
        "username": kept.username,
        "password": kept.password,
        "totp_uri": kept.totp_uri,
        "client_id": kept.client_id,
        "ops": format!("http://{}", at.ops_listen),
        "config": home.config(),
    })
}
