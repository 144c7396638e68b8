//! Authentication context classes: named predicates over evidence, from configuration.
//!
//! An acr is not a number and not a state. The configured order is for publishing and naming only,
//! never for satisfaction (design §1).

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, Method, Traits};
use crate::time::Seconds;

/// A value of `acr` or `acr_values`: case-sensitive, compared byte by byte (OIDC Core §2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AcrName(String);

impl AcrName {
    /// Wraps an acr value.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The value as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AcrName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What one proof must look like; every stated part must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pattern {
    /// One of these methods; empty means any.
    pub methods: BTreeSet<Method>,
    /// Must be bound to the origin.
    pub phishing_resistant: bool,
    /// Must have verified its user.
    pub user_verified: bool,
    /// Must be bound to hardware.
    pub hardware_bound: bool,
    /// Must be younger than this.
    pub within: Option<Seconds>,
    /// Its authenticator must have been set up at least this long before it was used.
    pub settled: Option<Seconds>,
}

impl Pattern {
    /// Whether a proof by `method` with `traits` fits, its age apart. A recovery code fits only where its
    /// method is named.
    pub fn fits(&self, method: &Method, traits: &Traits) -> bool {
        ((self.methods.is_empty() && !traits.recovery) || self.methods.contains(method))
            && (!self.phishing_resistant || traits.phishing_resistant)
            && (!self.user_verified || traits.user_verified)
            && (!self.hardware_bound || traits.hardware_bound)
    }

    pub(crate) fn matches(&self, evidence: &Evidence) -> bool {
        self.fits(&evidence.method, &evidence.traits) && evidence.is_settled(self.settled)
    }
}

/// Proofs that an acr does not rest on, however strong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Barred {
    /// Those by these methods.
    pub methods: BTreeSet<Method>,
    /// Those by a channel that others can divert.
    pub restricted: bool,
}

impl Barred {
    /// Whether a proof by `method` with `traits` does not count.
    pub fn bars(&self, method: &Method, traits: &Traits) -> bool {
        self.methods.contains(method) || (self.restricted && traits.restricted)
    }
}

/// What must be proven for an acr to be true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Predicate {
    /// Some single proof fits the pattern.
    Proof(Pattern),
    /// Proofs that together show this many different kinds, each younger than `within`.
    Kinds {
        /// How many kinds, 1 to 3.
        count: u8,
        /// The age that none of them may exceed.
        within: Option<Seconds>,
        /// How long before its use the authenticator of each must have been set up.
        settled: Option<Seconds>,
    },
    /// One of these holds.
    Any(Vec<Predicate>),
    /// All of these hold.
    All(Vec<Predicate>),
    /// This holds without the barred proofs.
    Without {
        /// What does not count.
        barred: Barred,
        /// What has to hold.
        requires: Box<Predicate>,
    },
}

/// Which proof's time an acr claims as `auth_time` (design §2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Renew {
    /// The strongest proof it rests on.
    #[default]
    Strongest,
    /// The oldest proof it rests on: every proof has to be renewed.
    All,
}

/// A configured authentication context class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acr {
    /// The name it is published under.
    pub name: AcrName,
    /// Other values it answers to; a request by alias is answered with that alias.
    pub aliases: Vec<AcrName>,
    /// What must be proven.
    pub requires: Predicate,
    /// How long after its `auth_time` it stays true.
    pub lifetime: Option<Seconds>,
    /// Whose time it claims.
    pub renew: Renew,
}

/// The configured acrs, weakest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    acrs: Vec<Acr>,
}

impl Catalog {
    /// A catalog from acrs in configured order, weakest first.
    pub fn new(acrs: Vec<Acr>) -> Self {
        Self { acrs }
    }

    /// The acr that answers to `value`, by name or alias.
    pub fn find(&self, value: &AcrName) -> Option<&Acr> {
        self.acrs
            .iter()
            .find(|acr| acr.name == *value || acr.aliases.contains(value))
    }

    /// All acrs, weakest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Acr> {
        self.acrs.iter()
    }

    /// Every value that is answered to: names, then aliases, weakest first.
    pub fn published(&self) -> Vec<AcrName> {
        self.acrs
            .iter()
            .flat_map(|acr| std::iter::once(&acr.name).chain(&acr.aliases))
            .cloned()
            .collect()
    }

    /// The acrs that Stepwell ships: one proof, two kinds, phishing-resistant, and hardware-bound. Mailed codes
    /// are no second kind: a mailbox opens from anywhere (NIST SP 800-63B §5.1.3.1; docs/adr/0019).
    pub fn shipped() -> Self {
        let acr = |name: &str, aliases: &[&str], requires| Acr {
            name: AcrName::new(name),
            aliases: aliases.iter().copied().map(AcrName::new).collect(),
            requires,
            lifetime: None,
            renew: Renew::Strongest,
        };
        let proof = |pattern| Predicate::Proof(pattern);
        Self::new(vec![
            acr("urn:stepwell:acr:basic", &["1"], proof(Pattern::default())),
            acr(
                "urn:stepwell:acr:mfa",
                &["2", "https://refeds.org/profile/mfa"],
                Predicate::Without {
                    barred: Barred {
                        methods: BTreeSet::from([Method::mail()]),
                        restricted: false,
                    },
                    requires: Box::new(Predicate::Kinds {
                        count: 2,
                        within: None,
                        settled: None,
                    }),
                },
            ),
            acr(
                "phr",
                &[],
                proof(Pattern {
                    phishing_resistant: true,
                    ..Pattern::default()
                }),
            ),
            acr(
                "phrh",
                &[],
                proof(Pattern {
                    phishing_resistant: true,
                    hardware_bound: true,
                    ..Pattern::default()
                }),
            ),
        ])
    }
}
