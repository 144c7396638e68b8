-- Recognised browsers (design §2.8). The cookie's secret is kept as its hash only; the one before it is accepted
-- until the new one was seen, and any other says that the cookie was copied.
CREATE TABLE device_cookies (
    id TEXT NOT NULL PRIMARY KEY,
    secret_hash TEXT NOT NULL,
    previous_hash TEXT,
    rotated_at BIGINT NOT NULL
);
CREATE INDEX device_cookies_age ON device_cookies (rotated_at);

-- One for each person who signed in with that browser.
CREATE TABLE devices (
    id TEXT NOT NULL PRIMARY KEY,
    cookie_id TEXT NOT NULL REFERENCES device_cookies (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    first_seen_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    ip TEXT,
    user_agent TEXT,
    trusted_at BIGINT,
    trusted_until BIGINT
);
CREATE UNIQUE INDEX devices_cookie_user ON devices (cookie_id, user_id);
CREATE INDEX devices_user ON devices (user_id);
