"""What only X has: grants, pictures, hidden replies, numbers; and how it is to behave."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS x_codes (
    code TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    method TEXT NOT NULL,
    scopes TEXT NOT NULL,
    expires REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS x_tokens (
    token TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    scopes TEXT NOT NULL,
    secret TEXT NOT NULL DEFAULT '',
    expires REAL
);
CREATE INDEX IF NOT EXISTS x_tokens_of_account ON x_tokens (account_id);
CREATE TABLE IF NOT EXISTS x_media (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    mime TEXT NOT NULL,
    total INTEGER NOT NULL,
    pieces INTEGER NOT NULL DEFAULT 0,
    data BLOB NOT NULL DEFAULT x'',
    ready INTEGER NOT NULL DEFAULT 0,
    alt TEXT NOT NULL DEFAULT '',
    width INTEGER NOT NULL DEFAULT 0,
    height INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS x_post_media (
    post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    media_id INTEGER NOT NULL REFERENCES x_media (id) ON DELETE CASCADE,
    PRIMARY KEY (post_id, position)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS x_hidden (
    post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS x_numbers (
    subject INTEGER NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (subject, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS x_switches (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
