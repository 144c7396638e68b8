//! Random worlds: catalogs, demands, persons and sessions, small enough to be checked by brute force.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use stepwell_core::authn::{
    Acr, AcrName, Available, Barred, Catalog, Change, Clause, Consent, Demand, Ended,
    EnrolmentPolicy, Evidence, Facts, Freshness, Kind, Method, Pattern, Person, Pin, Policy,
    Predicate, Prompt, Proven, Renew, Request, Source, Traits,
};
use stepwell_core::ids::UserId;
use stepwell_core::time::Seconds;

use crate::support::{
    Authenticator, NOW, Scene, ago, code, face, hardware_key, mailed_code, mailed_password,
    passkey, password, pin, recovery_code, remembered, security_key, texted_code,
};

/// Ages allowed, in seconds: whatever, or what a person can keep up with, as configuration will demand.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    Any,
    Human,
}

/// Everything that anybody owns here.
pub(crate) fn everything() -> Vec<Authenticator> {
    let mut elsewhere = password().called("elsewhere");
    elsewhere.owned.method = Method::new("federated");
    elsewhere.owned.traits = Traits {
        federated: true,
        kinds: [Kind::Knowledge, Kind::Possession].into(),
        ..Traits::default()
    };
    vec![
        password(),
        code(),
        passkey(),
        hardware_key(),
        security_key(),
        pin(),
        face(),
        mailed_code(),
        texted_code(),
        mailed_password(),
        code().called("second app"),
        remembered(),
        elsewhere,
        recovery_code(),
    ]
}

fn ownable() -> Vec<Authenticator> {
    everything()
        .into_iter()
        .filter(|a| !a.owned.traits.remembered)
        .collect()
}

fn method() -> impl Strategy<Value = Method> {
    select(everything()).prop_map(|a| a.owned.method)
}

fn methods(upto: usize) -> impl Strategy<Value = BTreeSet<Method>> {
    prop::collection::btree_set(method(), 0..=upto)
}

fn age(pace: Pace) -> impl Strategy<Value = Option<Seconds>> {
    let ages: &[u64] = match pace {
        Pace::Any => &[60, 300, 600],
        Pace::Human => &[240, 300, 3_600],
    };
    prop_oneof![2 => Just(None), 1 => select(ages).prop_map(|s| Some(Seconds(s)))]
}

/// How long before its use an authenticator must have been set up.
fn settled() -> impl Strategy<Value = Option<Seconds>> {
    prop_oneof![5 => Just(None), 1 => select(&[300, 1_000][..]).prop_map(|s| Some(Seconds(s)))]
}

/// When an authenticator was set up, in seconds before now.
fn set_up() -> impl Strategy<Value = Option<i64>> {
    let times = vec![None, Some(5), Some(310), Some(1_300)];
    prop_oneof![3 => Just(Some(1_000_000)), 1 => select(times)]
}

fn pattern(pace: Pace) -> impl Strategy<Value = Pattern> {
    let methods = prop::collection::btree_set(method(), 1..=3);
    let by_method =
        (methods, age(pace), settled()).prop_map(|(methods, within, settled)| Pattern {
            methods,
            within,
            settled,
            ..Pattern::default()
        });
    let traits = prop::array::uniform3(prop::bool::weighted(0.3));
    let by_trait =
        (traits, age(pace), settled()).prop_map(|([p, u, h], within, settled)| Pattern {
            phishing_resistant: p,
            user_verified: u,
            hardware_bound: h,
            within,
            settled,
            ..Pattern::default()
        });
    prop_oneof![by_method, by_trait]
}

fn barred() -> impl Strategy<Value = Barred> {
    (methods(2), any::<bool>()).prop_map(|(methods, restricted)| Barred {
        methods,
        restricted,
    })
}

fn predicate(pace: Pace) -> impl Strategy<Value = Predicate> {
    let leaf = prop_oneof![
        2 => pattern(pace).prop_map(Predicate::Proof),
        1 => (1u8..=3, age(pace), settled())
            .prop_map(|(count, within, settled)| Predicate::Kinds { count, within, settled }),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        let some = prop::collection::vec(inner.clone(), 1..=3);
        let parts = prop_oneof![1 => Just(Vec::new()), 30 => some];
        prop_oneof![
            3 => parts.clone().prop_map(Predicate::Any),
            3 => parts.prop_map(Predicate::All),
            2 => (barred(), inner).prop_map(|(barred, requires)| Predicate::Without {
                barred,
                requires: Box::new(requires),
            })
        ]
    })
}

fn acr(name: &'static str, pace: Pace) -> impl Strategy<Value = Acr> {
    let renew = prop_oneof![3 => Just(Renew::Strongest), 1 => Just(Renew::All)];
    (predicate(pace), age(pace), renew).prop_map(move |(requires, lifetime, renew)| Acr {
        name: AcrName::new(name),
        aliases: vec![AcrName::new(format!("alias of {name}"))],
        requires,
        lifetime,
        renew,
    })
}

fn catalog(pace: Pace) -> impl Strategy<Value = Catalog> {
    let own = (
        acr("a", pace),
        acr("b", pace),
        acr("c", pace),
        select(vec![0usize, 1, 2, 2, 3, 3, 3]),
    )
        .prop_map(|(a, b, c, keep)| Catalog::new([a, b, c].into_iter().take(keep).collect()));
    let shipped = Catalog::shipped();
    let shipped = shipped
        .iter()
        .cloned()
        .zip(["a", "b", "c", "d"])
        .map(|(mut acr, name)| {
            acr.name = AcrName::new(name);
            acr.aliases = vec![AcrName::new(format!("alias of {name}"))];
            acr
        });
    prop_oneof![3 => own, 1 => Just(Catalog::new(shipped.collect()))]
}

fn value() -> impl Strategy<Value = AcrName> {
    let values = [
        "a",
        "a",
        "a",
        "b",
        "b",
        "b",
        "c",
        "alias of a",
        "alias of b",
        "d",
        "nonsense",
    ];
    select(values.to_vec()).prop_map(AcrName::new)
}

fn asked() -> impl Strategy<Value = (Vec<AcrName>, Option<Clause>)> {
    let source = select(vec![
        Source::Request,
        Source::EssentialClaim,
        Source::ClientDefault,
    ]);
    let named = (prop::collection::vec(value(), 1..=3), any::<bool>(), source).prop_map(
        |(prefer, voluntary, source)| {
            let any_of = prefer.iter().cloned().collect();
            (
                prefer,
                Some(Clause {
                    any_of,
                    max_age: None,
                    voluntary,
                    source,
                }),
            )
        },
    );
    prop_oneof![1 => Just((Vec::new(), None)), 2 => named]
}

fn max_age() -> impl Strategy<Value = Option<Seconds>> {
    prop_oneof![2 => Just(None), 1 => select(&[0, 1, 60, 300, 600][..]).prop_map(|s| Some(Seconds(s)))]
}

fn floor() -> impl Strategy<Value = Clause> {
    let sources = vec![
        Source::ClientMinimum,
        Source::Scope("s".into()),
        Source::Resource("r".into()),
        Source::Policy("p".into()),
        Source::Risk("k".into()),
    ];
    (
        prop::collection::btree_set(value(), 1..=2),
        max_age(),
        select(sources),
    )
        .prop_map(|(any_of, max_age, source)| Clause {
            any_of,
            max_age,
            voluntary: false,
            source,
        })
}

fn fresh() -> impl Strategy<Value = Freshness> {
    let after = prop_oneof![3 => Just(None), 1 => select(vec![Some(ago(10)), Some(ago(60))])];
    (max_age(), after).prop_map(|(max_age, after)| Freshness { max_age, after })
}

fn pin_to() -> impl Strategy<Value = Pin> {
    let only = |who: &str| Pin::Only(UserId::new(who));
    prop_oneof![20 => Just(Pin::Anyone), 3 => Just(only("alice")), 1 => Just(only("bob")), 1 => Just(Pin::Nobody)]
}

/// A demand of any make; clauses asked for by name are left to `asked`.
pub(crate) fn demand() -> impl Strategy<Value = Demand> {
    let clauses = prop_oneof![
        3 => Just(BTreeSet::new()),
        2 => prop::collection::btree_set(floor(), 1..=2),
    ];
    let only = prop_oneof![9 => Just(None), 1 => methods(6).prop_map(Some)];
    let denied =
        prop_oneof![60 => Just(BTreeSet::new()), 1 => Just(BTreeSet::from(["rule".to_owned()]))];
    (clauses, fresh(), only, pin_to(), denied).prop_map(
        |(clauses, fresh, methods, subject, denied)| Demand {
            clauses,
            fresh,
            methods,
            subject,
            denied,
        },
    )
}

/// A demand that may ask for acrs by name as well.
pub(crate) fn any_demand() -> impl Strategy<Value = Demand> {
    (demand(), asked()).prop_map(|(mut demand, (_, clause))| {
        demand.clauses.extend(clause);
        demand
    })
}

/// One proof, at a time chosen so that limits are hit exactly.
pub(crate) fn evidence() -> impl Strategy<Value = Evidence> {
    let times = [
        -30, -10, -5, 0, 1, 5, 9, 10, 11, 59, 60, 61, 120, 200, 299, 300, 301, 500, 600, 601,
        3_600, 90_000,
    ];
    (select(everything()), set_up(), select(times.to_vec()))
        .prop_map(|(one, set_up, seconds)| one.set_up(set_up).used(seconds))
}

fn session() -> impl Strategy<Value = Option<Proven>> {
    let who = prop_oneof![9 => Just("alice"), 1 => Just("bob")].prop_map(UserId::new);
    let some =
        (who, prop::collection::vec(evidence(), 0..=4)).prop_map(|(subject, mut evidence)| {
            // An identity names one proof.
            let mut seen = BTreeSet::new();
            evidence.retain(|e| seen.insert(e.id.clone()));
            // Nobody begins with a recovery code.
            let begun = |e: &Evidence| !e.traits.recovery && !e.traits.remembered;
            if !evidence.iter().any(begun) {
                evidence.retain(|e| !e.traits.recovery);
            }
            Some(Proven { subject, evidence })
        });
    prop_oneof![1 => Just(None), 6 => some]
}

fn person() -> impl Strategy<Value = Option<Person>> {
    let subject = prop_oneof![12 => Just(Some(UserId::new("alice"))), 1 => Just(None)];
    let some = prop_oneof![1 => subsequence(ownable(), 0..=2), 3 => subsequence(ownable(), 3..=4)];
    let ages = prop::collection::vec(set_up(), 4);
    let owned = (some, ages).prop_map(|(some, ages)| {
        let aged = some.into_iter().zip(ages).map(|(a, age)| a.set_up(age));
        aged.map(|a| a.owned).collect()
    });
    let some = (subject, owned).prop_map(|(subject, owned)| Some(Person { subject, owned }));
    prop_oneof![1 => Just(None), 16 => some]
}

fn facts() -> impl Strategy<Value = Facts> {
    let ended = prop_oneof![90 => Just(None), 1 => Just(Some(Ended::Cancelled)), 1 => Just(Some(Ended::Declined))];
    let consent = prop_oneof![6 => Just(Consent::Given), 1 => Just(Consent::Missing)];
    (session(), person(), any::<bool>(), consent, ended).prop_map(
        |(session, person, account_chosen, consent, ended)| Facts {
            session,
            person,
            account_chosen,
            consent,
            ended,
        },
    )
}

fn policy(pace: Pace) -> impl Strategy<Value = Policy> {
    let all = ownable()
        .iter()
        .map(Authenticator::available)
        .collect::<Vec<Available>>();
    let methods: BTreeSet<Method> = all.iter().map(|a| a.method.clone()).collect();
    let methods: Vec<Method> = methods.into_iter().collect();
    let available = prop_oneof![12 => Just(all.clone()), 1 => subsequence(all, 0..=5)];
    let enrolment = (
        any::<bool>(),
        subsequence(methods, 0..=4),
        select(vec![300, 600]),
    )
        .prop_map(|(on_demand, methods, fresh_for)| EnrolmentPolicy {
            on_demand,
            methods,
            fresh_for: Seconds(fresh_for),
        });
    let parts = (catalog(pace), available, enrolment);
    parts.prop_map(|(catalog, available, mut enrolment)| {
        // Nothing can be set up that the installation does not have.
        let has = |m: &Method| available.iter().any(|a| a.method == *m);
        enrolment.methods.retain(has);
        Policy {
            catalog,
            available,
            enrolment,
        }
    })
}

fn change() -> impl Strategy<Value = Option<Change>> {
    let enrol = prop_oneof![1 => Just(None), 2 => method().prop_map(Some)];
    let some = enrol.prop_map(|enrol| Some(Change { enrol }));
    prop_oneof![6 => Just(None), 1 => some]
}

/// A whole scene.
pub(crate) fn scene(pace: Pace) -> impl Strategy<Value = Scene> {
    let prompt = (prop::bool::weighted(0.15), prop::bool::weighted(0.08)).prop_map(
        |(none, select_account)| Prompt {
            none,
            select_account,
        },
    );
    let began = select(vec![ago(0), ago(10), ago(60)]);
    let request = (asked(), demand(), prompt, began, change());
    (request, facts(), policy(pace)).prop_map(
        |(((prefer, clause), mut demand, prompt, began, change), facts, policy)| {
            demand.clauses.extend(clause);
            // Nothing is demanded to be later than the request itself.
            demand.fresh.after = demand.fresh.after.map(|_| began);
            Scene {
                request: Request {
                    prefer,
                    demand,
                    prompt,
                    began,
                    change,
                },
                facts,
                policy,
                now: NOW,
            }
        },
    )
}
