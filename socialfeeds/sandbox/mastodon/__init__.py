"""A stand-in for a Mastodon server: the part of its API that Engage uses, strict."""
