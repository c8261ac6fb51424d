"""X, by its API v2 through tweepy.

X has no field that makes a post idempotent, so what counts here is to say exactly whether a post can have
been taken. tweepy builds the calls; x_calls.py decides that question, x_reading.py reads lists, x_media.py
sends pictures, x_connecting.py gets tokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from socialfeeds.networks import x_connecting, x_length, x_media, x_reading
from socialfeeds.networks.base import (
    WATCHED,
    Asked,
    Connection,
    Counts,
    Heard,
    MayBeSent,
    Outgoing,
    Post,
    Posted,
    Refreshed,
    matching,
)
from socialfeeds.networks.x_calls import Client, Gone, call, data

if TYPE_CHECKING:
    from socialfeeds.models import Account

# Millionths of a dollar.
A_POST, A_POST_WITH_LINK = 15_000, 200_000


class X:
    """The network, as base.Network describes it."""

    name = "x"
    pictures = x_media.RULES

    def limit(self, account: Account | None = None) -> int:
        return x_length.LIMIT

    def length(self, text: str) -> int:
        return x_length.length(text)

    def fit(self, text: str, link: str) -> str:
        return x_length.fit(text, link)

    def micros(self, text: str, parts: int = 1) -> int:
        with_link = min(x_length.links(text), parts)
        return with_link * A_POST_WITH_LINK + (parts - with_link) * A_POST

    def post(self, account: Account, outgoing: Outgoing) -> Posted:
        more: dict[str, Any] = {"in_reply_to_tweet_id": outgoing.reply_to} if outgoing.reply_to else {}
        if outgoing.pictures:
            more["media_ids"] = x_media.upload(account, outgoing.pictures)
        body = call(Client("post", account).create_tweet, text=outgoing.text, **more)
        external_id = str(data(body, dict).get("id", ""))
        if not external_id.isdecimal():
            error = MayBeSent(_("X answered, but did not say under which number the post stands."))
            error.raw = body
            raise error
        return Posted(external_id, raw=body)

    def find(self, account: Account, outgoing: Outgoing, since: datetime) -> Iterator[Posted]:
        posts = self.own_posts(account, since)
        if outgoing.reply_to:
            posts = (_without_whom_it_answers(post, outgoing.text) for post in posts)
        return matching(posts, outgoing)

    def delete(self, account: Account, external_id: str) -> Any:
        try:
            return call(Client("delete", account).delete_tweet, id=external_id)
        except Gone as error:
            return error.raw

    def own_posts(self, account: Account, since: datetime) -> Iterator[Post]:
        return x_reading.own_posts(account, since)

    def hear(self, account: Account, *, cursor: str, since: datetime, most: int) -> Heard:
        return x_reading.hear(account, cursor=cursor, since=since, most=most)

    def search(self, account: Account, *, words: str, cursor: str, since: datetime, most: int) -> Heard:
        return x_reading.search(account, words=words, cursor=cursor, since=since, most=most)

    def counts(self, account: Account, external_ids: Iterable[str]) -> Counts:
        return x_reading.counts(account, list(external_ids))

    def why_no_answer(self, account: Account, *, kind: str, posted_at: datetime) -> str:
        if kind == WATCHED:
            return _("X lets us answer only those who mentioned this account or quoted it.")
        return ""

    def hide(self, account: Account, external_id: str, *, hidden: bool) -> Any:
        client = Client("hide", account)
        body = call(client.hide_reply if hidden else client.unhide_reply, id=external_id)
        data(body, dict)
        return body

    def ask(self, *, redirect_to: str, state: str, server: str = "") -> Asked:
        return x_connecting.ask(redirect_to=redirect_to, state=state)

    def connections(self, *, given: Mapping[str, str], redirect_to: str = "") -> list[Connection]:
        return x_connecting.connections(given=given, redirect_to=redirect_to)

    def refresh(self, account: Account) -> Refreshed | None:
        return x_connecting.refresh(account)

    def profile_of(self, account: Account) -> str:
        return f"{settings.X_WEB_URL}/{account.handle}"

    def url_of(self, account: Account, external_id: str, handle: str = "") -> str:
        # X leads from any name to the right post.
        return f"{settings.X_WEB_URL}/{handle or account.handle}/status/{external_id}"


def _without_whom_it_answers(post: Post, ours: str) -> Post:
    """X puts the handles that a reply goes to in front of it. Those that we did not write are left out."""
    text = post.text
    while text.startswith("@") and not ours.startswith(text.split(maxsplit=1)[0]):
        text = text.partition(" ")[2].lstrip()
    return replace(post, text=text)


network = X()
