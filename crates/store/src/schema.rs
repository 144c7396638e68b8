//! The tables, once for both databases. Columns stand in the order of the migrations, because rows are
//! read by position.

diesel::table! {
    users (id) {
        id -> Text,
        username -> Text,
        canonical -> Text,
        skeleton -> Text,
        status -> Text,
        claims -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    credentials (id) {
        id -> Text,
        user_id -> Text,
        method -> Text,
        label -> Text,
        secret -> Text,
        last_step -> BigInt,
        failures -> BigInt,
        locked_until -> Nullable<BigInt>,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        external_id -> Nullable<Text>,
        details -> Text,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> Text,
        secret_hash -> Text,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
    }
}

diesel::table! {
    evidence (id) {
        id -> Text,
        session_id -> Text,
        user_id -> Text,
        method -> Text,
        credential_id -> Text,
        proved_at -> BigInt,
        traits -> Text,
        amr -> Text,
        revoked_at -> Nullable<BigInt>,
        enrolled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    clients (id) {
        id -> Text,
        json -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    consents (user_id, client_id) {
        user_id -> Text,
        client_id -> Text,
        scopes -> Text,
        granted_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    interactions (id) {
        id -> Text,
        browser_hash -> Nullable<Text>,
        client_id -> Text,
        request -> Text,
        state -> Text,
        began_at -> BigInt,
        expires_at -> BigInt,
        version -> BigInt,
        finished_at -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
    }
}

diesel::table! {
    grants (id) {
        id -> Text,
        user_id -> Text,
        client_id -> Text,
        session_id -> Nullable<Text>,
        scope -> Text,
        resources -> Text,
        grounds -> Text,
        nonce -> Nullable<Text>,
        claims -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        revoked_why -> Nullable<Text>,
    }
}

diesel::table! {
    codes (hash) {
        hash -> Text,
        grant_id -> Text,
        client_id -> Text,
        redirect_uri -> Text,
        redirect_uri_sent -> Bool,
        code_challenge -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    refresh_tokens (hash) {
        hash -> Text,
        grant_id -> Text,
        client_id -> Text,
        generation -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    revoked_tokens (jti) {
        jti -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    keys (id) {
        id -> Text,
        alg -> Text,
        status -> Text,
        public_jwk -> Text,
        sealed_private -> Text,
        created_at -> BigInt,
        status_at -> BigInt,
    }
}

diesel::table! {
    secrets (name) {
        name -> Text,
        sealed -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        user_id -> Nullable<Text>,
        sealed -> Text,
        tries -> BigInt,
        due_at -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    revisions (name) {
        name -> Text,
        revision -> BigInt,
    }
}

diesel::table! {
    audit (seq) {
        seq -> BigInt,
        at -> BigInt,
        event -> Text,
        #[sql_name = "ref"]
        reference -> Nullable<Text>,
        actor -> Nullable<Text>,
        user_id -> Nullable<Text>,
        client_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
        interaction_id -> Nullable<Text>,
        ip -> Nullable<Text>,
        data -> Text,
        prev -> Text,
        hash -> Text,
    }
}

diesel::table! {
    audit_head (id) {
        id -> BigInt,
        seq -> BigInt,
        hash -> Text,
    }
}

diesel::joinable!(grants -> users (user_id));
diesel::joinable!(grants -> sessions (session_id));
diesel::table! {
    links (secret_hash) {
        secret_hash -> Text,
        purpose -> Text,
        user_id -> Nullable<Text>,
        sealed -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    device_cookies (id) {
        id -> Text,
        secret_hash -> Text,
        previous_hash -> Nullable<Text>,
        rotated_at -> BigInt,
    }
}

diesel::table! {
    devices (id) {
        id -> Text,
        cookie_id -> Text,
        user_id -> Text,
        first_seen_at -> BigInt,
        last_seen_at -> BigInt,
        ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        trusted_at -> Nullable<BigInt>,
        trusted_until -> Nullable<BigInt>,
    }
}

diesel::joinable!(codes -> grants (grant_id));
diesel::joinable!(refresh_tokens -> grants (grant_id));
diesel::allow_tables_to_appear_in_same_query!(
    users,
    grants,
    revoked_tokens,
    codes,
    refresh_tokens,
    sessions,
);
