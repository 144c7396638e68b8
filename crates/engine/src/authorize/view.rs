//! What the pages of an interaction have to show, as plain data.
//!
//! Holds no words: reasons and methods are data, pages put them into sentences.

use serde_json::Value;
use stepwell_core::authn::{Method, Occasion};
use stepwell_core::ids::InteractionId;
use stepwell_core::oauth::Return;
use stepwell_core::secret::Secret;
use stepwell_core::time::{Seconds, Timestamp};

use crate::courier::Channel;

use crate::factors::SetUp;
use crate::factors::passkey::Keeper;
use crate::here::Place;

/// A page of an interaction.
#[derive(Debug)]
pub struct PageView {
    /// The interaction.
    pub id: InteractionId,
    /// Who asks.
    pub client: ClientView,
    /// What to show.
    pub step: StepView,
    /// A cookie to set, when the browser had none.
    pub browser: Option<Secret>,
    /// The recovery codes that are left, once one was used on these pages.
    pub codes_left: Option<usize>,
}

/// The client as people see it.
#[derive(Clone, Debug)]
pub struct ClientView {
    /// Its name.
    pub name: String,
    /// The host that people return to.
    pub host: String,
    /// The start of the app on the web, where it has one.
    pub start: Option<String>,
    /// Whether it is the provider itself, for a page of its own.
    pub own: bool,
}

/// What to show.
#[derive(Debug)]
pub enum StepView {
    /// Ask who it is.
    Identify {
        /// A name to start from, from `login_hint` or what was typed before.
        prefill: String,
        /// What a passkey's challenge shows, where a passkey may say who it is.
        passkey: Option<Value>,
    },
    /// Ask which account.
    ChooseAccount(Vec<AccountView>),
    /// Ask for a proof.
    Prove(Box<ProveView>),
    /// Let an authenticator be set up.
    Enrol(Box<EnrolView>),
    /// Ask for consent.
    Consent(ConsentView),
}

/// An account to choose.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// The value to send back.
    pub id: String,
    /// The name it signs in with.
    pub username: String,
}

/// A proof to ask for.
#[derive(Debug)]
pub struct ProveView {
    /// The name the person signs in with, or typed.
    pub username: String,
    /// Whether the person may say "not you?".
    pub may_switch: bool,
    /// Sign-in or step-up, which read differently.
    pub wording: Wording,
    /// The method whose form is shown.
    pub method: Method,
    /// What its form needs.
    pub factor: FactorView,
    /// The authenticators that are enough, where the person has others of the method which are not.
    pub meant: Vec<NamedView>,
    /// Every other method of the person: those that lead there, strongest first, then the rest.
    pub others: Vec<MethodView>,
    /// Proofs that already count, oldest first.
    pub proven: Vec<ProvenView>,
    /// What is needed after this one.
    pub later: Vec<Method>,
    /// How long the browser may be trusted after it, where the person may choose so.
    pub trust: Option<Seconds>,
}

/// An authenticator to set up.
#[derive(Debug)]
pub struct EnrolView {
    /// The name the person signs in with.
    pub username: String,
    /// Whether the person may say "not you?".
    pub may_switch: bool,
    /// Sign-in or step-up, which read differently.
    pub wording: Wording,
    /// Why it is set up.
    pub occasion: Occasion,
    /// What may be set up, best first.
    pub methods: Vec<Method>,
    /// Proofs that let it be set up, oldest first.
    pub proven: Vec<ProvenView>,
    /// What the person may say is lost, to be removed when it is set up.
    pub lost: Vec<LostView>,
    /// How far it is.
    pub stage: EnrolStage,
}

/// An authenticator that may have been lost.
#[derive(Clone, Debug)]
pub struct LostView {
    /// Which.
    pub one: NamedView,
    /// Whether it is the one that the new authenticator most likely takes the place of.
    pub likely: bool,
}

/// How far a set-up is.
#[derive(Debug)]
pub enum EnrolStage {
    /// Which of the methods?
    Choose,
    /// A field that is needed before it starts.
    Ask {
        /// The method.
        method: Method,
        /// The field: `address`, `number`.
        field: &'static str,
    },
    /// It is started: what to show until the first use.
    Verify {
        /// The method.
        method: Method,
        /// What its form shows.
        show: SetUp,
        /// Whether something was typed before it started, which may be typed anew.
        again: bool,
    },
}

/// How the page speaks.
#[derive(Clone, Debug)]
pub enum Wording {
    /// The person is signing in.
    SignIn,
    /// The person is signed in and more is asked.
    StepUp {
        /// What for, when known: "make a transfer".
        action: Option<String>,
        /// Why.
        why: Why,
        /// How long the result will count, in seconds, when that is limited.
        valid_for: Option<u64>,
    },
}

/// Why more is asked, the chief reason first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// What was proven does not reach what is asked.
    NotEnough,
    /// It was proven too long ago.
    TooOld,
    /// The app wants the person to sign in again now.
    Again,
}

/// What a factor's form needs.
#[derive(Clone, Debug)]
pub enum FactorView {
    /// A password field.
    Password,
    /// A code field.
    Totp(TotpView),
    /// A field for a code that was sent.
    Delivered(DeliveredView),
    /// A factor that came later: its name says which form.
    Other {
        /// The method.
        method: Method,
        /// What its challenge shows, when it has one.
        challenge: Option<Value>,
    },
}

/// What the code page tells.
#[derive(Clone, Debug)]
pub struct TotpView {
    /// The authenticators, by id and the person's own name (empty where they gave none), when there are several, or when others
    /// would not do.
    pub authenticators: Vec<(String, String)>,
    /// Wrong codes since the last right one.
    pub failures: i64,
    /// Until when it rests.
    pub locked_until: Option<Timestamp>,
}

/// What the page of a code that was sent tells.
#[derive(Clone, Debug)]
pub struct DeliveredView {
    /// The way it takes.
    pub channel: Channel,
    /// How many digits it has.
    pub digits: u8,
    /// How long a code may be used.
    pub valid_for: Seconds,
    /// Where the newest one went, masked; none when none was sent.
    pub to: Option<String>,
    /// The authenticator that it went to.
    pub chosen: Option<String>,
    /// The person's addresses, by authenticator and masked address.
    pub addresses: Vec<(String, String)>,
    /// When the newest one left; none when it did not.
    pub sent_at: Option<Timestamp>,
    /// The newest one did not leave.
    pub failed: bool,
    /// Until when a code may be typed; none when none that was sent may be any more.
    pub open_until: Option<Timestamp>,
    /// From when on another one may be asked for.
    pub resend_at: Option<Timestamp>,
    /// Wrong codes since the last right one.
    pub failures: i64,
    /// Until when it rests.
    pub locked_until: Option<Timestamp>,
}

/// An authenticator by the name its person knows it by.
#[derive(Clone, Debug)]
pub struct NamedView {
    /// Its identity.
    pub id: String,
    /// How it proves.
    pub method: Method,
    /// The person's own name for it, empty where they gave it none; or its masked address.
    pub label: String,
    /// What keeps it, where it is a key and that is well known.
    pub keeper: Option<Keeper>,
}

/// A method on "another way".
#[derive(Clone, Debug)]
pub struct MethodView {
    /// The method.
    pub method: Method,
    /// Whether it leads to what is asked.
    pub reaches: bool,
    /// Whether it rests after too many wrong tries.
    pub resting: bool,
    /// Whether it is the one that the person took last, of those that can be taken now.
    pub preselected: bool,
    /// Where its code would go, masked, where it is delivered and can be taken now.
    pub to: Option<String>,
}

/// A proof that counts.
#[derive(Clone, Debug)]
pub struct ProvenView {
    /// How.
    pub method: Method,
    /// How long ago, in seconds.
    pub ago: u64,
}

/// What to ask consent for.
#[derive(Clone, Debug)]
pub struct ConsentView {
    /// Whose account.
    pub username: String,
    /// What is asked for.
    pub scopes: Vec<ScopeView>,
}

/// A scope as people see it.
#[derive(Clone, Debug)]
pub struct ScopeView {
    /// Its value.
    pub name: String,
    /// What it allows, where configuration says so.
    pub description: Option<String>,
}

/// What `GET /i/{id}` leads to.
#[derive(Debug)]
pub enum Left {
    /// A page.
    Page(Box<PageView>),
    /// The answer for the client; by a page of ours, never by a bare redirect.
    Leave {
        /// Where it goes.
        to: Return,
        /// The client's name.
        client: String,
        /// Set when the person should be told first that it cannot be done.
        stop: bool,
    },
    /// Back to a page of our own, by a redirect.
    Home {
        /// Which.
        to: Place,
        /// Set when the person should be told first that it cannot be done.
        stop: bool,
    },
    /// It was answered before.
    AlreadyDone {
        /// Who asked.
        client: ClientView,
    },
    /// There is no such interaction, or it is over.
    Expired,
    /// It belongs to another browser.
    OtherBrowser,
}
