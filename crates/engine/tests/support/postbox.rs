//! A courier that keeps what it is given, or cannot deliver.

use std::sync::{Arc, Mutex};

use stepwell_core::secret::Secret;
use stepwell_engine::courier::{
    Channel, Courier, Happened, Letter, Notice, Recipient, Undelivered,
};

use super::Stage;

/// A message that came.
#[derive(Clone, Debug)]
pub struct Message {
    pub channel: Channel,
    pub address: String,
    pub language: String,
    pub letter: Letter,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Postbox {
    messages: Mutex<Vec<Message>>,
    down: Mutex<bool>,
}

impl Postbox {
    /// One, and a node of that stage that sends everything there.
    pub fn at(stage: &Stage) -> (Arc<Self>, Stage) {
        let postbox = Arc::new(Self::default());
        let node = stage.another_node_with(|parts| parts.courier = Arc::clone(&postbox) as _);
        (postbox, node.unwrap())
    }

    /// From now on nothing can be handed over, or everything again.
    pub fn set_down(&self, down: bool) {
        *self.down.lock().unwrap() = down;
    }

    /// Every message so far, oldest first.
    pub fn messages(&self) -> Vec<Message> {
        self.messages.lock().unwrap().clone()
    }

    /// The codes so far, oldest first.
    pub fn codes(&self) -> Vec<String> {
        let code = |message: Message| match message.letter {
            Letter::Code { code, .. } | Letter::AddressCode { code, .. } => {
                Some(code.expose().to_owned())
            }
            _ => None,
        };
        self.messages().into_iter().filter_map(code).collect()
    }

    /// The newest code; one must have come.
    pub fn code(&self) -> String {
        self.codes().pop().expect("no code came")
    }

    /// The links so far, oldest first, with the address that each went to.
    pub fn links(&self) -> Vec<(String, Secret)> {
        let link = |message: Message| match message.letter {
            Letter::AddressLink { link, .. }
            | Letter::PasswordReset { link, .. }
            | Letter::Invitation { link, .. } => Some((message.address, link)),
            _ => None,
        };
        self.messages().into_iter().filter_map(link).collect()
    }

    /// The newest link; one must have come.
    pub fn link(&self) -> Secret {
        self.links().pop().expect("no link came").1
    }

    /// What people were told of, oldest first.
    pub fn notices(&self) -> Vec<Happened> {
        let what = |message: Message| match message.letter {
            Letter::Notice(Notice { what, .. }) => Some(what),
            _ => None,
        };
        self.messages().into_iter().filter_map(what).collect()
    }
}

impl Courier for Postbox {
    fn carries(&self, _: Channel) -> bool {
        true
    }

    fn deliver(&self, to: &Recipient<'_>, letter: &Letter) -> Result<(), Undelivered> {
        if *self.down.lock().unwrap() {
            return Err(Undelivered::Unavailable("connection refused".into()));
        }
        self.messages.lock().unwrap().push(Message {
            channel: to.channel,
            address: to.address.to_owned(),
            language: to.language.to_owned(),
            letter: letter.clone(),
        });
        Ok(())
    }
}
