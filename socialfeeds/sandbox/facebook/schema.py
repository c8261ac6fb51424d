"""Facebook's tables in the sandbox's file."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS fb_people (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE
);
CREATE TABLE IF NOT EXISTS fb_pages (
    id INTEGER PRIMARY KEY,
    username TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    manager INTEGER NOT NULL REFERENCES fb_people (id),
    followers INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS fb_tokens (
    token TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    person INTEGER NOT NULL REFERENCES fb_people (id),
    page INTEGER REFERENCES fb_pages (id),
    dead INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fb_codes (
    code TEXT PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES fb_people (id),
    redirect TEXT NOT NULL,
    created INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fb_objects (
    id INTEGER PRIMARY KEY,
    wall INTEGER NOT NULL,
    author INTEGER NOT NULL,
    author_name TEXT NOT NULL,
    message TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    post INTEGER REFERENCES fb_objects (id) ON DELETE CASCADE,
    parent INTEGER REFERENCES fb_objects (id) ON DELETE CASCADE,
    hidden INTEGER NOT NULL DEFAULT 0,
    reactions INTEGER NOT NULL DEFAULT 0,
    shares INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS fb_objects_on_wall ON fb_objects (wall, id) WHERE post IS NULL;
CREATE INDEX IF NOT EXISTS fb_objects_under ON fb_objects (post, id) WHERE post IS NOT NULL;
CREATE INDEX IF NOT EXISTS fb_objects_answering ON fb_objects (parent) WHERE parent IS NOT NULL;
CREATE TABLE IF NOT EXISTS fb_tags (
    page INTEGER NOT NULL REFERENCES fb_pages (id),
    object INTEGER NOT NULL REFERENCES fb_objects (id) ON DELETE CASCADE,
    PRIMARY KEY (page, object)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fb_photos (
    id INTEGER PRIMARY KEY,
    page INTEGER NOT NULL REFERENCES fb_pages (id),
    object INTEGER REFERENCES fb_objects (id) ON DELETE CASCADE,
    data BLOB NOT NULL,
    mime TEXT NOT NULL,
    alt TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS fb_photos_of ON fb_photos (object) WHERE object IS NOT NULL;
"""
# In this order they can be emptied.
TABLES = ("fb_photos", "fb_tags", "fb_objects", "fb_codes", "fb_tokens", "fb_pages", "fb_people")
