-- One-time links: to set an account up, to set a forgotten password anew, to finish a registration. `secret_hash`
-- is all that is kept of the link; `sealed` holds what a registration needs until its address is shown to be real.
CREATE TABLE links (
    secret_hash TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    sealed TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX links_user ON links (user_id);
CREATE INDEX links_expiry ON links (expires_at);
