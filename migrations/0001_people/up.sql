-- People and their enrolled authenticators. Portable subset: TEXT ids, BIGINT microseconds UTC,
-- BOOLEAN, JSON as TEXT, digests as TEXT in hexadecimal.
CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    username TEXT NOT NULL,
    canonical TEXT NOT NULL,
    skeleton TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'locked')),
    claims TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_canonical_key ON users (canonical);
CREATE UNIQUE INDEX users_skeleton_key ON users (skeleton);

-- `secret` is a PHC string (passwords) or a sealed text; never a plain secret.
CREATE TABLE credentials (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    method TEXT NOT NULL,
    label TEXT NOT NULL,
    secret TEXT NOT NULL,
    last_step BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    locked_until BIGINT,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX credentials_user ON credentials (user_id);
