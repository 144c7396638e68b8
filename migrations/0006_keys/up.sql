-- Signing keys and the provider's own secrets, sealed at rest.
CREATE TABLE keys (
    id TEXT NOT NULL PRIMARY KEY,
    alg TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('next', 'current', 'previous', 'revoked')),
    public_jwk TEXT NOT NULL,
    sealed_private TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    status_at BIGINT NOT NULL
);

CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- One number per cached snapshot; every write to what it covers makes it grow.
CREATE TABLE revisions (
    name TEXT NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL
);
INSERT INTO revisions (name, revision) VALUES ('clients', 1), ('keys', 1), ('secrets', 1);
