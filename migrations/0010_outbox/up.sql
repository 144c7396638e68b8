-- Messages that wait to be carried: written with the change they tell of, sent after it. Sealed, because they may
-- hold links that are as good as passwords.
CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT,
    sealed TEXT NOT NULL,
    tries BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (due_at);
