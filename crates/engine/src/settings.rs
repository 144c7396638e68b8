//! What the engine is told by configuration, already checked and typed.
//!
//! Reading files, environment and defaults belongs to the edge; nothing here parses text.

use std::collections::BTreeSet;

use stepwell_core::authn::{AcrName, Catalog, Method};
use stepwell_core::time::Seconds;

use crate::factors::passkey::{Aaguid, Authorities};
use crate::worded::Worded;

/// Everything configurable that use cases depend on.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The issuer identifier, exactly as tokens and metadata carry it (OIDC Core §2).
    pub issuer: String,
    /// What people know this provider by.
    pub product: String,
    /// The configured acrs.
    pub catalog: Catalog,
    /// Scopes that have a description or a floor of their own.
    pub scopes: Vec<ScopeSetting>,
    /// Resources (RFC 8707) that have a floor of their own.
    pub resources: Vec<ResourceSetting>,
    /// How long things last.
    pub lifetimes: Lifetimes,
    /// How much guessing is allowed.
    pub limits: LimitSettings,
    /// What people may set up by themselves.
    pub enrolment: EnrolmentSettings,
    /// Browsers that people may trust.
    pub devices: DeviceSettings,
    /// Whether people may make accounts for themselves.
    pub registration: bool,
    /// The fewest characters of a new password.
    pub password_min_length: usize,
    /// Passkeys and security keys.
    pub passkeys: PasskeySettings,
    /// The languages that pages come in, as BCP 47 tags.
    pub languages: Vec<String>,
}

/// What people may set up by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolmentSettings {
    /// Whether in the middle of a request, when nothing that they own reaches what is asked.
    pub on_demand: bool,
    /// The methods that may be set up; none means every one that has a set-up page.
    pub methods: Option<Vec<Method>>,
    /// How recent every proof has to be that comes before a change of the account.
    pub fresh_for: Seconds,
}

impl Default for EnrolmentSettings {
    fn default() -> Self {
        Self {
            on_demand: true,
            methods: None,
            fresh_for: Seconds(300),
        }
    }
}

/// Browsers that people may trust.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeviceSettings {
    /// How long a browser stays trusted after the second factor it was trusted on; zero offers it to nobody.
    pub trusted_for: Seconds,
}

/// A scope beyond the standard ones, or a floor on one.
#[derive(Clone, Debug)]
pub struct ScopeSetting {
    /// The scope value.
    pub name: String,
    /// What it allows, as the consent page says it: "see your account balance".
    pub description: Option<Worded>,
    /// The action it stands for, as the step-up page says it: "make a transfer".
    pub action: Option<Worded>,
    /// The acr that has to be true to be granted it.
    pub minimum_acr: Option<AcrName>,
    /// The age in seconds that this acr may not exceed.
    pub max_age: Option<Seconds>,
}

/// A protected resource with a floor.
#[derive(Clone, Debug)]
pub struct ResourceSetting {
    /// Its identifier, the `aud` of its tokens.
    pub identifier: String,
    /// The acr that has to be true to get a token for it.
    pub minimum_acr: Option<AcrName>,
    /// The age in seconds that this acr may not exceed.
    pub max_age: Option<Seconds>,
}

/// How long things last, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// An authorization code, at most 60 (FAPI 2.0 §5.3.2.1).
    pub code: Seconds,
    /// An access token, unless the client has its own.
    pub access_token: Seconds,
    /// An ID token.
    pub id_token: Seconds,
    /// A refresh token that is not used.
    pub refresh_idle: Seconds,
    /// A grant, however often it is refreshed.
    pub refresh_absolute: Seconds,
    /// How long an identical retry of a refresh gets the same answer.
    pub refresh_grace: Seconds,
    /// A session, from its beginning.
    pub session: Seconds,
    /// A session that is not used.
    pub session_idle: Seconds,
    /// An interaction, from the request to the answer.
    pub interaction: Seconds,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            code: Seconds(60),
            access_token: Seconds(600),
            id_token: Seconds(3_600),
            refresh_idle: Seconds(14 * 86_400),
            refresh_absolute: Seconds(90 * 86_400),
            refresh_grace: Seconds(10),
            session: Seconds(30 * 86_400),
            session_idle: Seconds(7 * 86_400),
            interaction: Seconds(1_800),
        }
    }
}

/// How much guessing is allowed before an answer is delayed or a factor rests.
#[derive(Clone, Copy, Debug)]
pub struct LimitSettings {
    /// Wrong passwords per account and window.
    pub password_per_account: u32,
    /// Failed sign-ins per network (IPv4 address or IPv6 /64) and window.
    pub failures_per_network: u32,
    /// Authorization requests that need a page, begun by one network in a window: each is stored.
    pub interactions_per_network: u32,
    /// The window of all three.
    pub window: Seconds,
    /// Wrong codes in a row before an authenticator rests.
    pub code_budget: u32,
    /// How long it rests at first; twice as long after each further wrong code, up to a day.
    pub code_rest: Seconds,
    /// Codes that are sent to people.
    pub codes: CodeSettings,
}

/// Codes that are sent to people, and how many of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeSettings {
    /// Decimal digits of a code, 6 to 8; from 7 on more than 20 bits (ASVS 6.5.4).
    pub digits: u8,
    /// How long a code may be used, at most ten minutes (NIST SP 800-63B §5.1.3.2).
    pub lifetime: Seconds,
    /// How long until another one may be asked for.
    pub cooldown: Seconds,
    /// Messages to one account by one way, in a window.
    pub per_account: u32,
    /// Messages that one network may cause, in a window.
    pub per_network: u32,
    /// The window of both.
    pub window: Seconds,
}

impl Default for CodeSettings {
    fn default() -> Self {
        Self {
            digits: 8,
            lifetime: Seconds(600),
            cooldown: Seconds(30),
            per_account: 10,
            per_network: 100,
            window: Seconds(3_600),
        }
    }
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            password_per_account: 10,
            failures_per_network: 100,
            interactions_per_network: 60_000,
            window: Seconds(300),
            code_budget: 5,
            code_rest: Seconds(900),
            codes: CodeSettings::default(),
        }
    }
}

/// Passkeys and security keys (WebAuthn Level 3).
#[derive(Clone, Debug)]
pub struct PasskeySettings {
    /// Whether they are offered at all.
    pub enabled: bool,
    /// The relying party id that credentials are bound to; none for the issuer's host.
    pub rp_id: Option<String>,
    /// What authenticators call this service.
    pub rp_name: String,
    /// Whether authenticators are asked to attest what they are.
    pub attestation: bool,
    /// Whose attestation makes a credential that cannot be copied count as bound to hardware.
    pub authorities: Authorities,
    /// Models that do so by their AAGUID.
    pub hardware_models: BTreeSet<Aaguid>,
    /// What a sign counter that did not grow does.
    pub counter_regression: CounterRegression,
}

/// What a sign counter that did not grow does (WebAuthn §7.2 step 22): it may mean that there are two copies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CounterRegression {
    /// It is written down, and the proof counts.
    Flag,
    /// It is written down, and the proof is refused.
    #[default]
    Refuse,
}

impl Default for PasskeySettings {
    fn default() -> Self {
        Self {
            enabled: true,
            rp_id: None,
            rp_name: "Stepwell".to_owned(),
            attestation: false,
            authorities: Authorities::default(),
            hardware_models: BTreeSet::new(),
            counter_regression: CounterRegression::default(),
        }
    }
}
