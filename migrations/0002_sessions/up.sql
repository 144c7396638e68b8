-- A browser's signed-in state, and the proofs it holds.
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    secret_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    ip TEXT,
    user_agent TEXT
);
CREATE UNIQUE INDEX sessions_secret_key ON sessions (secret_hash);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE evidence (
    id TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    method TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    proved_at BIGINT NOT NULL,
    traits TEXT NOT NULL,
    amr TEXT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX evidence_session ON evidence (session_id);
CREATE INDEX evidence_credential ON evidence (credential_id);
