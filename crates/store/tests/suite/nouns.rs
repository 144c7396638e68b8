//! What is stored comes back as it was, and each noun keeps its own rules.

use serde_json::Map;
use stepwell_core::ids::{
    ClientId, CredentialId, GrantId, InteractionId, KeyId, SessionId, UserId,
};
use stepwell_core::time::Seconds;
use stepwell_core::user::Status;
use stepwell_store::keys::{self, Key, KeyStatus};
use stepwell_store::token_status::token_status;
use stepwell_store::{
    StoreError, Unique, clients, codes, consents, credentials, evidence, grants, interactions,
    refresh_tokens, revisions, revoked_tokens, secrets, sessions, users,
};

use crate::samples::{
    HOUR, NOW, code, grant, hash, interaction, person_with_grant, proof, refresh, session, totp,
    user,
};
use crate::support::{Fresh, each_database};

fn revision(fresh: &Fresh, name: &str) -> i64 {
    let all = fresh.db.read(revisions::all).unwrap();
    all.into_iter().find(|(n, _)| n == name).unwrap().1
}

#[test]
fn a_person_comes_back_as_stored_and_each_form_of_the_name_is_unique() {
    each_database(|fresh| {
        let alice = user("alice");
        fresh.db.write(|tx| users::insert(tx, &alice)).unwrap();
        let found = fresh
            .db
            .read(|tx| users::find_by_canonical(tx, "alice"))
            .unwrap();
        assert_eq!(found.as_ref(), Some(&alice));
        assert_eq!(
            fresh.db.read(|tx| users::find(tx, &alice.id)).unwrap(),
            found
        );

        let mut same = user("alice2");
        same.canonical = "alice".into();
        let refused = fresh.db.write(|tx| users::insert(tx, &same)).unwrap_err();
        assert!(
            matches!(refused, StoreError::Conflict(Unique::UserCanonical)),
            "{refused:?}"
        );
        let mut alike = user("alice3");
        alike.skeleton = "alice~".into();
        let refused = fresh.db.write(|tx| users::insert(tx, &alike)).unwrap_err();
        assert!(
            matches!(refused, StoreError::Conflict(Unique::UserSkeleton)),
            "{refused:?}"
        );
        let mut again = user("alice4");
        again.id = alice.id.clone();
        let refused = fresh.db.write(|tx| users::insert(tx, &again)).unwrap_err();
        assert!(
            matches!(refused, StoreError::Conflict(Unique::Other(_))),
            "{refused:?}"
        );
    });
}

#[test]
fn a_person_is_changed_locked_and_listed() {
    each_database(|fresh| {
        for id in ["b", "a", "c"] {
            fresh.db.write(|tx| users::insert(tx, &user(id))).unwrap();
        }
        let b = UserId::new("b");
        let later = NOW.plus(HOUR);
        assert!(
            fresh
                .db
                .write(|tx| users::update_claims(tx, &b, &Map::new(), later))
                .unwrap()
        );
        assert!(
            fresh
                .db
                .write(|tx| users::set_status(tx, &b, Status::Locked))
                .unwrap()
        );
        assert!(
            !fresh
                .db
                .write(|tx| users::set_status(tx, &b, Status::Locked))
                .unwrap()
        );
        let found = fresh.db.read(|tx| users::find(tx, &b)).unwrap().unwrap();
        assert_eq!(
            (found.claims.len(), found.status, found.updated_at),
            (0, Status::Locked, later)
        );
        let names = |after, limit| {
            let page = fresh.db.read(|tx| users::list(tx, after, limit)).unwrap();
            page.into_iter().map(|u| u.canonical).collect::<Vec<_>>()
        };
        assert_eq!(names(None, 2), ["a", "b"]);
        assert_eq!(names(Some("b"), 2), ["c"]);
    });
}

#[test]
fn a_credential_comes_back_and_a_revoked_one_is_not_live() {
    each_database(|fresh| {
        fresh.db.write(|tx| users::insert(tx, &user("u"))).unwrap();
        let kept = totp("t", "u");
        fresh.db.write(|tx| credentials::insert(tx, &kept)).unwrap();
        fresh
            .db
            .write(|tx| credentials::insert(tx, &totp("t2", "u")))
            .unwrap();
        let live = || {
            fresh
                .db
                .read(|tx| credentials::live_of(tx, &UserId::new("u")))
                .unwrap()
        };
        assert_eq!(live()[0], kept);
        assert_eq!(live().len(), 2);
        let gone = CredentialId::new("t2");
        assert!(
            fresh
                .db
                .write(|tx| credentials::revoke(tx, &gone, NOW))
                .unwrap()
        );
        assert!(
            !fresh
                .db
                .write(|tx| credentials::revoke(tx, &gone, NOW))
                .unwrap()
        );
        assert_eq!(live(), std::slice::from_ref(&kept));
        assert!(
            !fresh
                .db
                .write(|tx| credentials::totp_advance(tx, &gone, 9, NOW))
                .unwrap()
        );
        assert!(
            !fresh
                .db
                .write(|tx| credentials::update_secret(tx, &gone, "sealed", "x"))
                .unwrap()
        );
        assert!(
            !fresh
                .db
                .write(|tx| credentials::update_details(tx, &gone, "{}", "{}", NOW))
                .unwrap()
        );
        assert!(
            !fresh
                .db
                .write(|tx| credentials::reset_failures(tx, &gone))
                .unwrap()
        );
        let page = |after: Option<&CredentialId>| {
            fresh
                .db
                .read(|tx| credentials::live_with(tx, &kept.method, after, 9))
                .unwrap()
        };
        assert_eq!(page(None), std::slice::from_ref(&kept));
        assert_eq!(page(Some(&kept.id)), []);
        let refused = fresh
            .db
            .write(|tx| credentials::insert(tx, &totp("t3", "nobody")))
            .unwrap_err();
        assert!(matches!(refused, StoreError::Missing(_)), "{refused:?}");
    });
}

#[test]
fn a_session_is_found_by_its_secret_only_while_it_is_live() {
    each_database(|fresh| {
        fresh.db.write(|tx| users::insert(tx, &user("u"))).unwrap();
        let kept = session("s", "u");
        fresh.db.write(|tx| sessions::insert(tx, &kept)).unwrap();
        let at = |now| {
            fresh
                .db
                .read(|tx| sessions::find_by_hash(tx, &hash("s"), now))
                .unwrap()
        };
        assert_eq!(at(NOW), Some(kept.clone()));
        assert_eq!(at(NOW.plus(HOUR)), None, "expired");
        let later = NOW.plus(Seconds(60));
        let hold = |at| {
            fresh
                .db
                .write(|tx| sessions::hold(tx, &kept.id, at))
                .unwrap()
        };
        assert!(hold(later));
        assert_eq!(at(later).unwrap().last_seen_at, later);
        assert!(!hold(NOW.plus(HOUR)), "expired");
        fresh
            .db
            .write(|tx| sessions::insert(tx, &session("s2", "u")))
            .unwrap();
        let user = UserId::new("u");
        assert_eq!(
            fresh
                .db
                .read(|tx| sessions::live_of(tx, &user, NOW))
                .unwrap()
                .len(),
            2
        );
        assert!(
            fresh
                .db
                .write(|tx| sessions::end(tx, &kept.id, later))
                .unwrap()
        );
        assert!(!hold(later), "ended");
        assert_eq!(at(later), None, "ended");
    });
}

#[test]
fn what_was_proven_with_a_credential_ends_in_every_session_of_its_person_and_nobody_elses() {
    each_database(|fresh| {
        let given = |session: &str, user: &str, id: &str, credential: &str| {
            let (session, user) = (SessionId::new(session), UserId::new(user));
            let proof = proof(id, credential);
            fresh
                .db
                .write(|tx| evidence::insert(tx, &session, &user, &proof))
                .unwrap();
        };
        fresh
            .db
            .write(|tx| {
                for who in ["u", "v"] {
                    users::insert(tx, &user(who))?;
                }
                sessions::insert(tx, &session("s1", "u"))?;
                sessions::insert(tx, &session("s2", "u"))?;
                sessions::insert(tx, &session("s3", "v"))
            })
            .unwrap();
        for (session, who) in [("s1", "u"), ("s2", "u"), ("s3", "v")] {
            given(session, who, &format!("lost in {session}"), "lost");
            given(session, who, &format!("kept in {session}"), "kept");
        }
        let mut unknown = proof("unknown", "kept");
        unknown.enrolled_at = None;
        let (s1, u) = (SessionId::new("s1"), UserId::new("u"));
        fresh
            .db
            .write(|tx| evidence::insert(tx, &s1, &u, &unknown))
            .unwrap();
        let revoke = || {
            let lost = CredentialId::new("lost");
            fresh
                .db
                .write(|tx| evidence::revoke_of_credential(tx, &lost, NOW))
                .unwrap()
                .len()
        };
        assert_eq!((revoke(), revoke()), (3, 0), "in whatever session");
        let live = |session: &str| {
            let id = SessionId::new(session);
            let found = fresh.db.read(|tx| evidence::live_of(tx, &id)).unwrap();
            found
                .into_iter()
                .map(|e| e.id.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(live("s1"), ["kept in s1", "unknown"]);
        assert_eq!(live("s2"), ["kept in s2"]);
        assert_eq!(live("s3"), ["kept in s3"]);
        let mine = fresh.db.read(|tx| evidence::live_of(tx, &s1)).unwrap();
        assert_eq!(mine[0].enrolled_at, Some(NOW));
        assert_eq!(mine[1].enrolled_at, None, "unknown stays unknown");
    });
}

#[test]
fn the_newest_proofs_come_back_as_given_and_go_with_their_session() {
    each_database(|fresh| {
        let (id, owner) = (SessionId::new("s"), UserId::new("u"));
        let (mut early, late) = (proof("e2", "t"), proof("e1", "p"));
        early.at = NOW.minus(HOUR);
        fresh
            .db
            .write(|tx| {
                users::insert(tx, &user("u"))?;
                sessions::insert(tx, &session("s", "u"))?;
                evidence::insert(tx, &id, &owner, &late)?;
                evidence::insert(tx, &id, &owner, &early)
            })
            .unwrap();
        let live = || fresh.db.read(|tx| evidence::live_of(tx, &id)).unwrap();
        assert_eq!(live(), [early, late]);
        for n in 0..70u64 {
            let mut more = proof(&format!("m{n:02}"), "t");
            more.at = NOW.plus(Seconds(n + 1));
            fresh
                .db
                .write(|tx| evidence::insert(tx, &id, &owner, &more))
                .unwrap();
        }
        let newest = live();
        assert_eq!(newest.len(), 64, "the newest, and no more");
        assert_eq!(
            (newest[0].id.as_str(), newest[63].id.as_str()),
            ("m06", "m69")
        );
        assert_eq!(
            fresh.db.write(|tx| sessions::purge(tx, NOW, 10)).unwrap(),
            0
        );
        assert_eq!(
            fresh
                .db
                .write(|tx| sessions::purge(tx, NOW.plus(HOUR).plus(HOUR), 10))
                .unwrap(),
            1
        );
        assert_eq!(fresh.count("SELECT count(*) AS n FROM evidence"), 0);
    });
}

#[test]
fn an_interaction_comes_back_and_what_cannot_be_an_id_is_simply_not_found() {
    each_database(|fresh| {
        let kept = interaction("i");
        fresh
            .db
            .write(|tx| interactions::insert(tx, &kept))
            .unwrap();
        let find = |id: &str| {
            fresh
                .db
                .read(|tx| interactions::find(tx, &InteractionId::new(id)))
                .unwrap()
        };
        assert_eq!(find("i"), Some(kept));
        for bad in ["", "i\0", "i ", &"i".repeat(10_000), "ï"] {
            assert_eq!(find(bad), None, "{bad:?}");
        }
        let after = NOW.plus(HOUR).plus(HOUR);
        assert_eq!(
            fresh
                .db
                .read(|tx| interactions::abandoned(tx, NOW, 9))
                .unwrap()
                .len(),
            0
        );
        assert_eq!(
            fresh
                .db
                .read(|tx| interactions::abandoned(tx, after, 9))
                .unwrap()
                .len(),
            1
        );
        assert_eq!(
            fresh
                .db
                .write(|tx| interactions::purge(tx, NOW, 9))
                .unwrap(),
            0
        );
        assert_eq!(
            fresh
                .db
                .write(|tx| interactions::purge(tx, after, 9))
                .unwrap(),
            1
        );
    });
}

#[test]
fn a_grant_comes_back_and_ends_with_its_session_unless_it_is_for_offline_access() {
    each_database(|fresh| {
        fresh.db.write(person_with_grant).unwrap();
        let kept = grant("g", "u");
        let find = |id: &str| {
            fresh
                .db
                .read(|tx| grants::find(tx, &GrantId::new(id)))
                .unwrap()
                .unwrap()
        };
        assert_eq!(find("g"), kept);
        let put = |id: &str, session: Option<&str>, scope: &str| {
            let mut new = grant(id, "u");
            (new.session_id, new.scope) = (session.map(SessionId::new), scope.into());
            fresh.db.write(|tx| grants::insert(tx, &new)).unwrap();
        };
        put("elsewhere", None, "openid");
        put("offline", Some("s"), "openid offline_access");
        put("alone", Some("s"), "offline_access");
        put(
            "like",
            Some("s"),
            "offline-access offline_access_too OFFLINE_ACCESS",
        );
        let mut ended = fresh
            .db
            .write(|tx| grants::revoke_of_session(tx, &SessionId::new("s"), "logout", NOW))
            .unwrap();
        ended.sort();
        assert_eq!(ended, [GrantId::new("g"), GrantId::new("like")]);
        assert_eq!(
            (find("g").revoked_why.as_deref(), find("g").is_live(NOW)),
            (Some("logout"), false)
        );
        assert!(find("elsewhere").is_live(NOW) && find("offline").is_live(NOW));
        assert!(!find("offline").is_live(NOW.plus(HOUR)));
        let later = NOW.plus(HOUR).plus(HOUR);
        let extend = |id: &str| {
            fresh
                .db
                .write(|tx| grants::extend(tx, &GrantId::new(id), later))
                .unwrap()
        };
        assert!(extend("offline") && !extend("g"));
        assert!(find("offline").is_live(NOW.plus(HOUR)));
    });
}

#[test]
fn codes_and_refresh_tokens_come_back_and_go_with_their_grant() {
    each_database(|fresh| {
        fresh.db.write(person_with_grant).unwrap();
        let (one, first, second) = (code("c", "g"), refresh("r0", "g", 0), refresh("r1", "g", 1));
        fresh
            .db
            .write(|tx| {
                codes::insert(tx, &one)?;
                refresh_tokens::insert(tx, &second)?;
                refresh_tokens::insert(tx, &first)
            })
            .unwrap();
        let found = fresh.db.read(|tx| codes::find_with_grant(tx, &hash("c")));
        assert_eq!(found.unwrap().map(|(code, ..)| code), Some(one));
        assert_eq!(
            fresh
                .db
                .read(|tx| refresh_tokens::find(tx, &hash("r0")))
                .unwrap(),
            Some(first.clone())
        );
        let kept = grant("g", "u");
        let with_grant = fresh
            .db
            .read(|tx| refresh_tokens::find_with_grant(tx, &hash("r0")))
            .unwrap();
        assert_eq!(with_grant, Some((first.clone(), kept.clone(), None)));
        let with_grant = fresh
            .db
            .read(|tx| codes::find_with_grant(tx, &hash("c")))
            .unwrap();
        assert_eq!(with_grant, Some((code("c", "g"), kept.clone(), None)));
        fresh
            .db
            .write(|tx| sessions::insert(tx, &session("s", "u")))
            .unwrap();
        let with_session = fresh
            .db
            .read(|tx| codes::find_with_grant(tx, &hash("c")))
            .unwrap();
        assert_eq!(
            with_session,
            Some((code("c", "g"), kept, Some(session("s", "u"))))
        );
        assert_eq!(
            fresh
                .db
                .read(|tx| codes::find_with_grant(tx, &hash("x")))
                .unwrap(),
            None
        );
        let twice = fresh
            .db
            .write(|tx| refresh_tokens::insert(tx, &first))
            .unwrap_err();
        assert!(matches!(twice, StoreError::Conflict(_)), "{twice:?}");
        let expired = NOW.plus(Seconds(60));
        assert!(
            !fresh
                .db
                .write(|tx| codes::burn(tx, &hash("c"), expired))
                .unwrap(),
            "expired"
        );
        assert!(
            !fresh
                .db
                .write(|tx| refresh_tokens::use_once(tx, &hash("r0"), NOW.plus(HOUR)))
                .unwrap(),
            "expired"
        );
        let after = NOW.plus(HOUR).plus(HOUR);
        assert_eq!(fresh.db.write(|tx| codes::purge(tx, NOW, 9)).unwrap(), 0);
        assert_eq!(
            fresh
                .db
                .write(|tx| refresh_tokens::purge(tx, after, 1))
                .unwrap(),
            1,
            "no more than asked"
        );
        assert_eq!(fresh.db.write(|tx| grants::purge(tx, after, 9)).unwrap(), 1);
        assert_eq!(fresh.count("SELECT count(*) AS n FROM codes"), 0);
        assert_eq!(fresh.count("SELECT count(*) AS n FROM refresh_tokens"), 0);
    });
}

#[test]
fn a_token_is_live_until_it_or_its_grant_is_revoked_or_its_person_locked() {
    each_database(|fresh| {
        fresh.db.write(person_with_grant).unwrap();
        fresh
            .db
            .write(|tx| grants::insert(tx, &grant("g2", "u")))
            .unwrap();
        let (g, g2, absent) = (GrantId::new("g"), GrantId::new("g2"), GrantId::new("x"));
        let live = |jti: &str, grant: Option<&GrantId>| {
            let live = fresh.db.read(|tx| token_status(tx, jti, grant)).unwrap();
            if let Some(grant) = grant {
                let person = fresh
                    .db
                    .read(|tx| users::of_live_token(tx, jti, grant))
                    .unwrap();
                assert_eq!(
                    person.map(|(person, grant)| (person, grant.id)),
                    live.then(|| (user("u"), grant.clone())),
                    "userinfo and introspection agree"
                );
            }
            live
        };
        assert!(live("g.1", Some(&g)) && live("plain", None));
        assert!(!live("x.1", Some(&absent)), "a grant that is not there");

        assert!(
            fresh
                .db
                .write(|tx| revoked_tokens::insert(tx, "g.1", NOW))
                .unwrap()
        );
        assert!(
            fresh
                .db
                .write(|tx| revoked_tokens::insert(tx, "plain", NOW))
                .unwrap()
        );
        assert!(!live("g.1", Some(&g)) && !live("plain", None));
        assert!(live("g.2", Some(&g)));

        fresh
            .db
            .write(|tx| grants::revoke(tx, &g, "test", NOW))
            .unwrap();
        assert!(!live("g.2", Some(&g)));
        assert!(live("g2.1", Some(&g2)));
        fresh
            .db
            .write(|tx| users::set_status(tx, &UserId::new("u"), Status::Locked))
            .unwrap();
        assert!(!live("g2.1", Some(&g2)));

        let after = NOW.plus(HOUR);
        assert_eq!(
            fresh
                .db
                .write(|tx| revoked_tokens::purge(tx, after, 9))
                .unwrap(),
            2
        );
        let unknown = fresh.db.write(|tx| revoked_tokens::insert(tx, "g.1", NOW));
        assert!(unknown.unwrap(), "it was removed");
    });
}

#[test]
fn a_consent_is_replaced_taken_back_and_given_again() {
    each_database(|fresh| {
        let (u, c) = (UserId::new("u"), ClientId::new("bank"));
        fresh.db.write(|tx| users::insert(tx, &user("u"))).unwrap();
        let scopes = || {
            fresh
                .db
                .read(|tx| consents::find(tx, &u, &c))
                .unwrap()
                .map(|found| found.scopes)
        };
        let give = |text: &str| {
            fresh
                .db
                .write(|tx| consents::upsert(tx, &u, &c, text, NOW))
                .unwrap()
        };
        assert_eq!(scopes(), None);
        give("openid");
        give("openid email");
        assert_eq!(scopes().as_deref(), Some("openid email"));
        assert!(
            fresh
                .db
                .write(|tx| consents::revoke(tx, &u, &c, NOW))
                .unwrap()
        );
        assert!(
            !fresh
                .db
                .write(|tx| consents::revoke(tx, &u, &c, NOW))
                .unwrap()
        );
        assert_eq!(scopes(), None);
        give("openid");
        assert_eq!(scopes().as_deref(), Some("openid"));
    });
}

#[test]
fn every_change_to_a_client_is_seen_in_the_revision() {
    each_database(|fresh| {
        let id = ClientId::new("bank");
        let mut last = revision(fresh, revisions::CLIENTS);
        let mut grew = || {
            let now = revision(fresh, revisions::CLIENTS);
            assert!(now > last);
            last = now;
        };
        fresh
            .db
            .write(|tx| clients::insert(tx, &id, r#"{"a":1}"#, NOW))
            .unwrap();
        grew();
        let first = fresh.db.read(|tx| clients::find(tx, &id)).unwrap().unwrap();
        assert!(
            fresh
                .db
                .write(|tx| clients::replace(tx, &first, r#"{"a":2}"#, NOW.plus(HOUR)))
                .unwrap()
        );
        grew();
        assert!(fresh.db.write(|tx| clients::disable(tx, &id, NOW)).unwrap());
        grew();
        let found = fresh.db.read(|tx| clients::find(tx, &id)).unwrap().unwrap();
        assert_eq!(
            (found.json.as_str(), found.created_at, found.disabled_at),
            (r#"{"a":2}"#, NOW, Some(NOW))
        );
        assert_eq!(fresh.db.read(clients::all).unwrap().len(), 1);
        assert!(fresh.db.write(|tx| clients::enable(tx, &id, NOW)).unwrap());
        grew();
        let again = fresh.db.write(|tx| clients::enable(tx, &id, NOW)).unwrap();
        assert!(!again, "it is on");
        // Two that read the same: the first wins, and nothing of the other is stored.
        let replace = |json| {
            let replaced = fresh.db.write(|tx| clients::replace(tx, &found, json, NOW));
            replaced.unwrap()
        };
        assert_eq!(
            (replace(r#"{"a":3}"#), replace(r#"{"a":4}"#)),
            (true, false)
        );
        grew();
        let left = fresh.db.read(|tx| clients::find(tx, &id)).unwrap().unwrap();
        assert_eq!((left.json.as_str(), left.disabled_at), (r#"{"a":3}"#, None));
        let twice = fresh
            .db
            .write(|tx| clients::insert(tx, &id, "{}", NOW))
            .unwrap_err();
        assert!(
            matches!(twice, StoreError::Conflict(Unique::Other(_))),
            "{twice:?}"
        );
        let before = revision(fresh, revisions::CLIENTS);
        assert_eq!(before, last, "what was undone bumps nothing");
    });
}

#[test]
fn a_name_of_its_own_is_one_credentials_for_ever_and_the_clash_is_told_by_name() {
    each_database(|fresh| {
        for who in ["u", "v"] {
            fresh.db.write(|tx| users::insert(tx, &user(who))).unwrap();
        }
        let named = |id: &str, who: &str| credentials::Credential {
            external_id: Some("a-credential-id".to_owned()),
            ..totp(id, who)
        };
        let first = named("p1", "u");
        fresh
            .db
            .write(|tx| credentials::insert(tx, &first))
            .unwrap();
        let clash = |id: &str, who: &str| {
            let refused = fresh
                .db
                .write(|tx| credentials::insert(tx, &named(id, who)))
                .unwrap_err();
            assert!(
                matches!(refused, StoreError::Conflict(Unique::CredentialExternal)),
                "{refused:?}"
            );
        };
        clash("p2", "u");
        clash("p3", "v");
        fresh
            .db
            .write(|tx| credentials::revoke(tx, &first.id, NOW))
            .unwrap();
        clash("p4", "v");
    });
}

#[test]
fn keys_and_secrets_move_only_from_where_they_stood() {
    each_database(|fresh| {
        let key = Key {
            id: KeyId::new("k1"),
            alg: "ES256".into(),
            status: KeyStatus::Next,
            public_jwk: "{}".into(),
            sealed_private: "sealed".into(),
            created_at: NOW,
            status_at: NOW,
        };
        let before = revision(fresh, revisions::KEYS);
        fresh.db.write(|tx| keys::insert(tx, &key)).unwrap();
        assert_eq!(
            fresh.db.read(keys::all).unwrap(),
            std::slice::from_ref(&key)
        );
        let step = |from, to| {
            fresh
                .db
                .write(|tx| keys::set_status(tx, &key.id, from, to, NOW.plus(HOUR)))
                .unwrap()
        };
        assert!(step(KeyStatus::Next, KeyStatus::Current));
        assert!(
            !step(KeyStatus::Next, KeyStatus::Current),
            "another node was first"
        );
        let seal = |old, new| {
            fresh
                .db
                .write(|tx| keys::replace_sealed(tx, &key.id, old, new))
                .unwrap()
        };
        assert!(seal("sealed", "anew") && !seal("sealed", "again"));
        let found = fresh.db.read(keys::all).unwrap().remove(0);
        assert_eq!(
            (found.status, found.sealed_private.as_str(), found.status_at),
            (KeyStatus::Current, "anew", NOW.plus(HOUR))
        );
        assert!(revision(fresh, revisions::KEYS) > before);

        let get = |text| {
            fresh
                .db
                .write(|tx| secrets::get_or_insert(tx, "mac", text, NOW))
                .unwrap()
        };
        assert_eq!((get("one").as_str(), get("two").as_str()), ("one", "one"));
        assert!(
            fresh
                .db
                .write(|tx| secrets::replace(tx, "mac", "one", "anew"))
                .unwrap()
        );
        assert!(
            !fresh
                .db
                .write(|tx| secrets::replace(tx, "mac", "one", "again"))
                .unwrap()
        );
        assert_eq!(
            fresh.db.read(secrets::all).unwrap(),
            [("mac".to_owned(), "anew".to_owned())]
        );
    });
}

#[test]
fn text_that_tries_to_be_sql_is_text() {
    each_database(|fresh| {
        let nasty = "'; DROP TABLE users; -- $1 ? \\ \" `";
        let mut person = user("u");
        person.username = nasty.into();
        fresh.db.write(|tx| users::insert(tx, &person)).unwrap();
        fresh
            .db
            .write(|tx| consents::upsert(tx, &person.id, &ClientId::new(nasty), nasty, NOW))
            .unwrap();
        assert_eq!(
            fresh.db.read(|tx| users::find(tx, &person.id)).unwrap(),
            Some(person.clone())
        );
        let found = fresh
            .db
            .read(|tx| consents::find(tx, &person.id, &ClientId::new(nasty)))
            .unwrap()
            .unwrap();
        assert_eq!(found.scopes, nasty);
        let none = fresh
            .db
            .read(|tx| users::find_by_canonical(tx, nasty))
            .unwrap();
        assert_eq!(none, None);
    });
}
