-- Pending authorization requests. `version` is compared and set by every save.
CREATE TABLE interactions (
    id TEXT NOT NULL PRIMARY KEY,
    browser_hash TEXT,
    client_id TEXT NOT NULL,
    request TEXT NOT NULL,
    state TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    finished_at BIGINT,
    outcome TEXT
);
CREATE INDEX interactions_expiry ON interactions (expires_at);
