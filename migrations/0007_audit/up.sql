-- The record of what happened: append-only, each row's hash covering the row before it.
-- Triggers that refuse changes differ between databases and are made by `migrate`.
CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    event TEXT NOT NULL,
    ref TEXT,
    actor TEXT,
    user_id TEXT,
    client_id TEXT,
    session_id TEXT,
    interaction_id TEXT,
    ip TEXT,
    data TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
);

CREATE TABLE audit_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_head (id, seq, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
