"""A mention becomes an idea, its source linked; and its author is told in a reply when it was acted on."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from engage.markdown import to_plain
from ideas import moderating, submitting
from ideas.models import TITLE_LENGTH, Action, Decision, Idea, IdeaSource, Status, Topic
from precincts.models import User
from socialfeeds import composing, inbox
from socialfeeds.models import Mention, Thread
from socialfeeds.networks import network_named

# One mention is one idea, however often the button is pressed.
KEYS = UUID("6d0c9b5a-2f0e-4f0b-9a65-6d2f1f7f8a51")
# How a mention begins: with the names that it calls.
CALLED = re.compile(r"^(?:[.\s]*@[\w.-]+)+[\s,:;-]*")
# What people say of each topic, in words of two letters or more; "-" at the end takes any ending.
WORDS = {
    "speeding": "speed- racing race- racer- drag burnout- donut- reckless zooming",
    "parking": "park- parked parking double-park- abandoned hydrant plate- sidewalk blocking driveway",
    "noise": "noise noisy loud music firework- blasting siren- horn honk- bass",
    "bikes-scooters": "bike- e-bike- ebike- scooter- moped- cyclist- delivery",
    "schools": "school- student- crossing guard pupil- kindergarten",
    "theft": "stolen steal- theft thief thieves package- robbed robber- catalytic burglar- shoplift-",
    "drugs": "drug- drinking drunk needle- syringe- dealing dealer- weed smoking",
    "homelessness": "homeless encampment- shelter tent- sleeping",
    "lighting": "light- lamp- dark streetlight- lit bulb-",
    "graffiti": "graffiti tag tags tagged paint painted mural wall-",
    "quality-of-life": "trash garbage litter- dump- vendor- vending rats rat dirty bin bins smell",
    "parks": "park playground- bench- dog- leash- tree- swing- slide",
    "transit": "subway- train- bus buses station- platform turnstile- fare",
    "housing-safety": "building elevator- lobby intercom stairwell door- scaffold- nycha",
    "police-service": "officer- precinct 911 311 response cop cops police report- called nobody",
}


# --- topics ----------------------------------------------------------------------


def topic_of(text: str) -> str:
    """The slug of the topic whose words a text holds most of; nothing where none, or two alike."""
    found: Counter[str] = Counter()
    for word in set(re.findall(r"[a-z0-9-]{2,}", text.lower())):
        for slug in _topics_of_word(word):
            found[slug] += 1
    best = found.most_common(2)
    if not best or (len(best) > 1 and best[0][1] == best[1][1]):
        return ""
    return best[0][0]


def _topics_of_word(word: str) -> list[str]:
    whole, begins = _known_words()
    return whole.get(word, []) or [slug for start, slug in begins if word.startswith(start)]


@cache
def _known_words() -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
    whole: dict[str, list[str]] = {}
    begins = []
    for slug, words in WORDS.items():
        for word in words.split():
            if word.endswith("-"):
                begins.append((word[:-1], slug))
            else:
                whole.setdefault(word, []).append(slug)
    return whole, begins


# --- making an idea ----------------------------------------------------------------------


def suggested(thread: Thread, mention: Mention) -> dict[str, Any]:
    """What the form begins with: the mention's own words, and what its thread is about."""
    body = CALLED.sub("", mention.text).strip() or mention.text.strip()
    topic = Topic.objects.filter(slug=thread.topic).first() if thread.topic else None
    return {"title": _title(body), "body": body, "topic": topic, "place": thread.place}


def _title(body: str) -> str:
    """The first sentence, or as much of it as fits."""
    line = re.split(r"(?<=[.!?])\s|\n", body, maxsplit=1)[0].strip()
    line = line.rstrip(".") if line.count(".") == 1 else line
    if len(line) > TITLE_LENGTH:
        line = line[: TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…"
    return line[:1].upper() + line[1:]


def make_idea(
    *, mention: Mention, by: User, title: str, body: str, topic: Topic | None, place: str, approve: bool
) -> Idea:
    """Raise what somebody said as an idea of the entered command. Of one mention there is one.

    `approve` puts it on the board at once: whoever makes it has read it. Raises inbox.Refused for a mention
    that became an idea in other hands.
    """
    # Of two clicks the second waits here, and finds what the first has made.
    Mention.objects.select_for_update(of=("self",)).get(pk=mention.pk)
    if known := IdeaSource.objects.filter(mention=mention).select_related("idea").first():
        return known.idea
    key = uuid5(KEYS, f"{mention.command_id}:{mention.pk}")
    idea = submitting.submit(participant=None, title=title, body=body, topic=topic, place=place, key=key)
    IdeaSource.objects.create(idea=idea, mention=mention, made_by=by)
    if approve and idea.status == Status.WAITING:
        asked = moderating.Asked(action=Action.APPROVE, by=by)
        idea = moderating.decide(idea=idea, asked=asked).idea
    if mention.thread_id:
        thread = Thread.objects.get(pk=mention.thread_id)
        inbox.describe(thread=thread, topic=topic.slug if topic else "", place=place)
    return idea


def sources_of(mentions: list[Mention]) -> dict[int, IdeaSource]:
    """What became of these mentions, in one query."""
    rows = IdeaSource.objects.filter(mention__in=[one.pk for one in mentions]).select_related("idea")
    return {row.mention_id: row for row in rows}


# --- reading ----------------------------------------------------------------------


def source_part(request: HttpRequest, idea: Idea) -> dict[str, Any]:
    """Where an idea was raised, for its page. What is gone from the network, or hidden, is not linked."""
    rows = IdeaSource.objects.filter(idea=idea).select_related("mention__account")
    shown = [row.mention for row in rows if not row.mention.gone_at and not row.mention.hidden_at]
    return {"raised_on": shown}


# --- telling ----------------------------------------------------------------------


def tell(decision: Decision, family: list[int]) -> None:
    """Who said it on a network hears there that it was acted on: once, and by whoever acted.

    `family` are the idea and those merged into it. Called in the decision's own telling, so that both are
    done or neither.
    """
    if decision.action != Action.DONE or decision.comment_id:
        return
    waiting = IdeaSource.objects.select_for_update(of=("self",)).filter(idea__in=family, told_at=None)
    for source in waiting.select_related("mention__account", "mention__thread").order_by("pk"):
        source.untold = _reply(source.mention, decision)[:300]
        source.told_at = timezone.now()
        source.save(update_fields=["told_at", "untold"])


def _reply(mention: Mention, decision: Decision) -> str:
    """Why there is no reply; empty where one is on its way."""
    if decision.decided_by is None:
        return _("Nobody of the desk acted on it, so nobody could say so.")
    if mention.hidden_at:
        return _("We hid it there.")
    if why := inbox.why_no_answer(mention):
        return why
    idea = decision.idea
    url = settings.BASE_URL + idea.get_absolute_url()
    words = _("You spoke, we heard, we acted: %(answer)s") % {"answer": to_plain(decision.answer)}
    text = network_named(mention.account.network).fit(words, url)
    try:
        with transaction.atomic():
            composing.reply(mention=mention, text=text, author=decision.decided_by)
    except composing.CannotSay as error:
        return str(error)
    return ""
