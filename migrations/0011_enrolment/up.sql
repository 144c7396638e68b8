-- When the authenticator behind a proof was set up: an acr may demand that it was some time before.
ALTER TABLE evidence ADD COLUMN enrolled_at BIGINT;
