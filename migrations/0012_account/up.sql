-- What a person's own pages look for. Refreshes, most of all records, are not shown there and not indexed.
CREATE INDEX audit_person ON audit (user_id, seq) WHERE event <> 'token.refreshed';
CREATE INDEX evidence_credential ON evidence (credential_id);
