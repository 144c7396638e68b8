//! `stepwell user create`.

use serde_json::{Map, Value, json};
use stepwell_core::secret::Secret;
use stepwell_engine::admin::NewUser;
use stepwell_engine::courier::Channel;

use super::args::UserCreate;
use super::failure::Failure;
use super::input;
use super::output::Output;
use super::provider::{self, with_call};
use crate::config::Config;

pub(super) fn create(
    args: UserCreate,
    config: &Config,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let password = password(&args)?;
    let claims = claims(&args)?;
    let engine = provider::engine(config)?;
    let without = password.is_none();
    let new = NewUser {
        username: args.username,
        password,
        claims,
        totp_issuer: args.totp.then(|| config.product_name.clone()),
        codes: [
            (args.mail_codes, Channel::Mail),
            (args.sms_codes, Channel::Text),
        ]
        .into_iter()
        .filter_map(|(asked, channel)| asked.then_some(channel))
        .collect(),
    };
    let created = with_call(|call| engine.create_user(call, new))?;
    let user = &created.user;
    let mut text = format!("Created {} ({})", user.username, user.id);
    if without {
        text.push_str("\nThere is no password yet, so nobody can sign in with this name.");
    }
    let mut json = json!({ "user_id": user.id, "username": user.username });
    if let Some(uri) = &created.totp_uri {
        text.push_str(&format!(
            "\nAuthenticator app, shown once:\n{}",
            uri.as_str()
        ));
        json["totp_uri"] = uri.as_str().into();
    }
    Ok(output.answer(&text, &json)?)
}

fn password(args: &UserCreate) -> Result<Option<Secret>, Failure> {
    match &args.password_file {
        Some(path) => input::secret_file(path).map(Some),
        None if args.password_stdin => input::secret_stdin().map(Some),
        None => Ok(None),
    }
}

/// The claims of the file, under those of the options.
fn claims(args: &UserCreate) -> Result<Map<String, Value>, Failure> {
    let mut claims = match &args.claims {
        None => Map::new(),
        Some(path) => match input::json(path)? {
            Value::Object(claims) => claims,
            _ => {
                return Err(Failure::usage(format!(
                    "{} has to be a JSON object of claims",
                    path.display()
                )));
            }
        },
    };
    if let Some(name) = &args.name {
        claims.insert("name".to_owned(), name.as_str().into());
    }
    if let Some(email) = &args.email {
        claims.insert("email".to_owned(), email.as_str().into());
        claims.insert("email_verified".to_owned(), args.email_verified.into());
    }
    Ok(claims)
}
