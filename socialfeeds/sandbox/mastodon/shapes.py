"""What the API shows of accounts, posts, pictures."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

from . import store, texts
from .store import Account, Media, Status

Body = dict[str, Any]


def base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/mastodon")


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def account(found: Account, at: str) -> Body:
    return {
        "id": str(found.id),
        "username": found.username,
        "acct": found.acct,
        "display_name": found.name,
        "url": f"{at}/@{found.acct}",
        "followers_count": found.followers,
    }


def media(found: Media, at: str) -> Body:
    address = None if found.looks_left else f"{at}/media/{found.id}"
    return {
        "id": str(found.id),
        "type": "image",
        "url": address,
        "preview_url": address,
        "description": found.alt or None,
    }


def status(found: Status, at: str) -> Body:
    names = texts.mentioned(found.text)
    people = {name: one for name in names if (one := store.account_by(name))}
    answered = store.status_by(found.reply_to) if found.reply_to else None
    where = f"{at}/@{found.account.acct}/{found.id}"
    return {
        "id": str(found.id),
        "created_at": _moment(found.at),
        "in_reply_to_id": str(found.reply_to) if found.reply_to else None,
        "in_reply_to_account_id": str(answered.account.id) if answered else None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": found.visibility,
        "uri": where,
        "url": where,
        "content": texts.as_html(found.text, {name: f"{at}/@{one.acct}" for name, one in people.items()}, at),
        "account": account(found.account, at),
        "mentions": [
            {
                "id": str(one.id),
                "username": one.username,
                "acct": one.acct,
                "url": f"{at}/@{one.acct}",
            }
            for one in {one.id: one for one in people.values()}.values()
        ],
        "tags": [{"name": tag, "url": f"{at}/tags/{tag}"} for tag in sorted(texts.tags(found.text))],
        "media_attachments": [media(one, at) for one in found.media],
        "favourites_count": found.favourites,
        "reblogs_count": found.reblogs,
        "replies_count": found.replies,
        "reblog": None,
        "poll": None,
    }


def notification(number: int, found: Status, at: str) -> Body:
    return {
        "id": str(number),
        "type": "mention",
        "created_at": _moment(found.at),
        "account": account(found.account, at),
        "status": status(found, at),
    }


def instance() -> Body:
    return {
        "domain": store.DOMAIN,
        "title": "Sandbox",
        "version": "4.5.0",
        "source_url": "",
        "api_versions": {"mastodon": 7},
        "configuration": {
            "statuses": {
                "max_characters": store.switches()["max_characters"],
                "max_media_attachments": store.MOST_PICTURES,
                "characters_reserved_per_url": 23,
            },
            "media_attachments": {
                "supported_mime_types": sorted(store.PICTURES.values()),
                "image_size_limit": store.BIGGEST_PICTURE,
                "description_limit": store.LONGEST_ALT,
            },
        },
        "rules": [],
    }
