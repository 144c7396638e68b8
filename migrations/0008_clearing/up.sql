-- What clearing looks for, and nothing that no query looks for.
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);
CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL;
DROP INDEX evidence_credential;
