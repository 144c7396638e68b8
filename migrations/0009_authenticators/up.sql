-- Authenticators that have a name of their own (a passkey's credential id), and what a factor keeps of each
-- that is no secret.
ALTER TABLE credentials ADD COLUMN external_id TEXT;
ALTER TABLE credentials ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
CREATE UNIQUE INDEX credentials_external_key ON credentials (external_id);
