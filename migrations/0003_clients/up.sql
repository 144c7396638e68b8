-- Registered clients as one JSON document each; every node holds them as a snapshot.
CREATE TABLE clients (
    id TEXT NOT NULL PRIMARY KEY,
    json TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    disabled_at BIGINT
);

-- What a person agreed to, per client.
CREATE TABLE consents (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    revoked_at BIGINT,
    PRIMARY KEY (user_id, client_id)
);
