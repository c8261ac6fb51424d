"""Mastodon's tables in the sandbox's file."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS md_accounts (
    id INTEGER PRIMARY KEY,
    acct TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    ours INTEGER NOT NULL,
    followers INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS md_apps (
    client_id TEXT PRIMARY KEY,
    secret TEXT NOT NULL,
    name TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    scopes TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS md_tokens (
    token TEXT PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES md_accounts (id),
    scopes TEXT NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS md_codes (
    code TEXT PRIMARY KEY,
    app TEXT NOT NULL REFERENCES md_apps (client_id),
    account INTEGER NOT NULL REFERENCES md_accounts (id),
    redirect TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS md_statuses (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES md_accounts (id),
    text TEXT NOT NULL,
    visibility TEXT NOT NULL,
    created INTEGER NOT NULL,
    reply_to INTEGER,
    favourites INTEGER NOT NULL DEFAULT 0,
    reblogs INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS md_statuses_of ON md_statuses (account, id);
CREATE INDEX IF NOT EXISTS md_statuses_answering ON md_statuses (reply_to) WHERE reply_to IS NOT NULL;
CREATE TABLE IF NOT EXISTS md_tags (
    tag TEXT NOT NULL COLLATE NOCASE,
    status INTEGER NOT NULL REFERENCES md_statuses (id) ON DELETE CASCADE,
    PRIMARY KEY (tag, status)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS md_notifications (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES md_accounts (id),
    status INTEGER NOT NULL REFERENCES md_statuses (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS md_notifications_of ON md_notifications (account, id);
CREATE TABLE IF NOT EXISTS md_media (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES md_accounts (id),
    status INTEGER REFERENCES md_statuses (id) ON DELETE CASCADE,
    data BLOB NOT NULL,
    mime TEXT NOT NULL,
    alt TEXT NOT NULL,
    looks_left INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS md_media_of ON md_media (status) WHERE status IS NOT NULL;
CREATE TABLE IF NOT EXISTS md_keys (
    account INTEGER NOT NULL,
    key TEXT NOT NULL,
    status INTEGER NOT NULL REFERENCES md_statuses (id) ON DELETE CASCADE,
    PRIMARY KEY (account, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS md_switches (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""
# In this order they can be emptied.
TABLES = (
    *("md_keys", "md_media", "md_notifications", "md_tags", "md_statuses", "md_codes", "md_tokens"),
    *("md_apps", "md_accounts", "md_switches"),
)
