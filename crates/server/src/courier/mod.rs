//! Carries messages to people: words by Fluent, ways by configuration.
//!
//! Decides nothing: what is told to whom is the engine's. One delivery is one try; whoever asked says what follows
//! from a failure.

mod folder;
mod gateway;
mod letter;
mod smtp;
#[cfg(test)]
mod tests;
mod turns;

use lettre::message::Mailbox;
use metrics::counter;
use stepwell_engine::courier::{Channel, Courier, Letter, Recipient, Undelivered};
use stepwell_engine::here::Place;
use url::Url;

use crate::clock::OsEntropy;
use crate::config::{Config, MailWay, SmsWay};
use crate::pages::Locale;
use folder::Folder;
use gateway::HttpGateway;
use letter::{Message, Words};
use smtp::MailServer;
pub(crate) use smtp::certificate;
use turns::Turns;

/// See the module.
#[derive(Debug)]
pub struct Post {
    words: Words,
    mail: Option<(Mailbox, Turns, MailBy)>,
    text: Option<(Turns, TextBy)>,
}

#[derive(Debug)]
enum MailBy {
    Server(Box<MailServer>),
    Folder(Folder),
    Console,
}

#[derive(Debug)]
enum TextBy {
    Gateway(Box<HttpGateway>),
    Folder(Folder),
    Console,
}

impl Post {
    /// Ready to carry by the configured ways. Connects to nothing.
    ///
    /// # Errors
    /// When a file that configuration names cannot be used.
    pub fn open(config: &Config) -> Result<Self, String> {
        let host = Url::parse(&config.settings.issuer)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_default();
        let mail = match &config.mail {
            None => None,
            Some(mail) => {
                let by = match &mail.way {
                    MailWay::Smtp(smtp) => MailBy::Server(Box::new(MailServer::open(smtp, &host)?)),
                    MailWay::Folder(path) => MailBy::Folder(Folder::open(path)?),
                    MailWay::Console => MailBy::Console,
                };
                Some((mail.from.clone(), Turns::default(), by))
            }
        };
        let text = match &config.sms {
            None => None,
            Some(SmsWay::Gateway(gateway)) => {
                Some(TextBy::Gateway(Box::new(HttpGateway::open(gateway)?)))
            }
            Some(SmsWay::Folder(path)) => Some(TextBy::Folder(Folder::open(path)?)),
            Some(SmsWay::Console) => Some(TextBy::Console),
        };
        Ok(Self {
            words: Words {
                product: config.product_name.clone(),
                host,
                account: format!(
                    "{}{}",
                    config.settings.issuer.trim_end_matches('/'),
                    Place::Security.path()
                ),
            },
            mail,
            text: text.map(|by| (Turns::default(), by)),
        })
    }

    fn mail(&self, to: &Recipient<'_>, message: &Message) -> Result<(), Undelivered> {
        let (from, turns, by) = self.mail.as_ref().ok_or(Undelivered::NotConfigured)?;
        turns.take(|| match by {
            MailBy::Server(server) => server.send(from, to.address, message),
            MailBy::Folder(folder) => {
                folder.put(to.address, &message.subject, &message.plain(), &OsEntropy)
            }
            MailBy::Console => {
                tracing::warn!(
                    to = to.address,
                    subject = message.subject,
                    text = message.plain(),
                    "a mail, for development only"
                );
                Ok(())
            }
        })
    }

    fn text(&self, to: &Recipient<'_>, message: &Message) -> Result<(), Undelivered> {
        let (turns, by) = self.text.as_ref().ok_or(Undelivered::NotConfigured)?;
        turns.take(|| match by {
            TextBy::Gateway(gateway) => gateway.send(to.address, &message.short),
            TextBy::Folder(folder) => folder.put(to.address, "", &message.short, &OsEntropy),
            TextBy::Console => {
                tracing::warn!(
                    to = to.address,
                    text = message.short,
                    "a text message, for development only"
                );
                Ok(())
            }
        })
    }
}

impl Courier for Post {
    fn carries(&self, channel: Channel) -> bool {
        match channel {
            Channel::Mail => self.mail.is_some(),
            Channel::Text => self.text.is_some(),
        }
    }

    fn deliver(&self, to: &Recipient<'_>, letter: &Letter) -> Result<(), Undelivered> {
        let message = self
            .words
            .say(letter, &Locale::of(to.language).unwrap_or_default());
        let outcome = match to.channel {
            Channel::Mail => self.mail(to, &message),
            Channel::Text => self.text(to, &message),
        };
        let told = match &outcome {
            Ok(()) => "sent",
            Err(Undelivered::BadAddress(_)) => "refused",
            Err(_) => "failed",
        };
        counter!("stepwell_delivery_total", "channel" => to.channel.as_str(), "outcome" => told)
            .increment(1);
        outcome
    }
}
