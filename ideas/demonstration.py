"""The demonstration city: its people, and what they said, voted and were answered, from data/demo_*.

Each command is one transaction, and an idea is known by its key: a load that was cut short goes on, and one
that was complete adds nothing. Dates are days before the first load.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ideas import photos
from ideas.demo import answers, fairness, notices, routes, safety
from ideas.demo import people as staff
from ideas.models import (
    MOVES,
    Action,
    Comment,
    CommentStatus,
    Decision,
    Idea,
    Photo,
    Precision,
    Rule,
    Status,
    Topic,
    Vote,
)
from ideas.moderating import NEEDS
from precincts import tenancy
from precincts.access import Permission
from precincts.models import Command, Membership, Participant, Role, User
from socialfeeds import training

DATA = Path(__file__).resolve().parent / "data"
PASSWORD = "engage-demo"  # noqa: S105 - it is told to everybody, and exists in the demonstration only
HOME = "pct-109"
SOURCE = "demo:"
# Neighbors who take part without ever voting on the most popular idea.
MORE_NEIGHBORS = 40
SIGN_INS: list[tuple[str, Role | None, str]] = [
    ("resident@demo.example", None, ""),
    ("moderator@demo.example", Role.MODERATOR, HOME),
    ("commander@demo.example", Role.COMMANDER, HOME),
    ("reviewer@demo.example", Role.REVIEWER, ""),
    ("moderator2@demo.example", Role.MODERATOR, HOME),
    ("editor@demo.example", Role.EDITOR, HOME),
    ("administrator@demo.example", Role.ADMINISTRATOR, ""),
    ("records@demo.example", Role.RECORDS_OFFICER, ""),
]

Item = dict[str, Any]


class CannotLoad(Exception):
    """Something that the demonstration stands on is missing. The text says what to do."""


def load(say: Callable[[str], None] = lambda _line: None) -> list[Command]:
    """Fill the boards. Returns the commands that the demonstration is about."""
    content = _content()
    commands = {c.slug: c for c in Command.objects.filter(slug__in=content)}
    if missing := set(content) - set(commands):
        raise CannotLoad(_("There is no command %(slug)s. Run load_city first.") % {"slug": min(missing)})
    people = [_person(email, role, commands.get(slug)) for email, role, slug in SIGN_INS]
    say(f"{len(people)} sign-ins")
    here = _loaded()
    for slug, items in content.items():
        new = [item for item in items if SOURCE + item["key"] not in here]
        if new:
            _Board(commands[slug], new).fill()
            say(f"{slug}: {len(new)} ideas")
    fairness.load()
    routes.load()
    safety.load(list(commands.values()))
    staff.load(commands[HOME])
    notices.load(commands[HOME], SIGN_INS[0][0])
    say(f"{sum(map(len, content.values()))} ideas in {len(commands)} commands")
    return list(commands.values())


def _content() -> dict[str, list[Item]]:
    by_command: dict[str, list[Item]] = defaultdict(list)
    for item in json.loads((DATA / "demo_ideas.json").read_text(encoding="utf-8")):
        by_command[item["command"]].append(item)
    return dict(by_command)


def _loaded() -> set[str]:
    with tenancy.citywide():
        return set(Idea.objects.filter(external_id__startswith=SOURCE).values_list("external_id", flat=True))


def _person(email: str, role: Role | None, command: Command | None, password: str | None = PASSWORD) -> User:
    """Somebody who works or lives here. Without a password nobody can sign in as them."""
    with transaction.atomic():
        user = User.objects.filter(email=email).first() or User.objects.create_user(email, password)
        if password:
            EmailAddress.objects.get_or_create(
                user=user, email=email, defaults={"verified": True, "primary": True}
            )
        if role:
            Membership.objects.get_or_create(user=user, role=role, command=command)
            if (course := training.course_now()) and not training.valid_certificate(user):
                training.issue(user=user, course=course)
    return user


@dataclass
class _Board:
    """One command's part of the content, and how it becomes rows."""

    command: Command
    items: list[Item]

    def fill(self) -> None:
        # Outside of the command: staff belong to none.
        self.staff = {
            Permission.ANSWER: self._staff(Role.COMMANDER),
            Permission.MODERATE: self._staff(Role.MODERATOR),
        }
        self.topics = {topic.slug: topic for topic in Topic.objects.all()}
        self.rules = {rule.number: rule for rule in Rule.objects.in_force()}
        self.now = timezone.now()
        self.random = random.Random(self.command.slug)  # noqa: S311 - the same city each time
        with tenancy.enter(self.command):
            most = max(item["up"] + item["down"] for item in self.items)
            self.neighbors = Participant.objects.bulk_create(
                Participant() for _n in range(most + MORE_NEIGHBORS)
            )
            self.ideas = Idea.objects.bulk_create(map(self._idea, self.items))
            self.pairs = list(zip(self.items, self.ideas, strict=True))
            Decision.objects.bulk_create(
                decision for pair in self.pairs for decision in self._decisions(*pair)
            )
            self._vote()
            self._comment()
            for item, idea in self.pairs:
                self._add_photos(item, idea)
            answers.load(self.random, self.pairs, self.neighbors)

    def _staff(self, role: Role) -> User:
        at = "" if self.command.slug == HOME else f".{self.command.slug}"
        return _person(f"{role}{at}@demo.example", role, self.command, PASSWORD if not at else None)

    def _before(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def _idea(self, item: Item) -> Idea:
        history = item["history"]
        published = next((step for step in history if step["action"] != Action.SCREEN), None)
        has_point = item["lat"] is not None
        return Idea(
            participant=self.random.choice(self.neighbors),
            title=item["title"],
            body=item["body"],
            topic=self.topics[item["topic"]] if item["topic"] else None,
            place=item["place"] or "",
            latitude=item["lat"],
            longitude=item["lon"],
            precision=Precision.POINT
            if has_point
            else Precision.ADDRESS
            if item["place"]
            else Precision.NONE,
            status=item["status"],
            version=1 + len(history),
            **answers.columns_of(item, self._before),
            referred_to=item["referred_to"] or "",
            referred_url=item["referred_url"] or "",
            external_id=SOURCE + item["key"],
            created_at=self._before(item["days_ago"]),
            published_at=self._before(published["days_ago"]) if published else None,
        )

    def _decisions(self, item: Item, idea: Idea) -> Iterator[Decision]:
        status: Status | None = Status.WAITING
        for step in item["history"]:
            action = Action(step["action"])
            before, (allowed, to) = status, MOVES[action]
            # An edit leaves it where it stands.
            status = before if action == Action.EDIT and to is None else to
            if status is None or before not in allowed:
                raise ValueError(f"{item['key']}: {action} cannot follow {before}")
            screened = action == Action.SCREEN
            yield Decision(
                idea=idea,
                action=action,
                from_status=before,
                to_status=status,
                # Nobody at a desk brings an idea back: its neighbors do.
                decided_by=self.staff[NEEDS[action]] if action in NEEDS else None,
                rule=self.rules[item["rule"]] if screened else None,
                reason=item["reason"] if screened else "",
                answer=step["answer"],
                decided_at=self._before(step["days_ago"]),
                # Long ago: nobody is told of it now.
                told_at=self._before(step["days_ago"]),
            )
        if status != item["status"]:
            raise ValueError(f"{item['key']}: its history ends at {status}, and it says {item['status']}")

    def _vote(self) -> None:
        votes = []
        for item, idea in self.pairs:
            voters = self.random.sample(self.neighbors, item["up"] + item["down"])
            votes += [Vote(idea=idea, participant=each, value=1) for each in voters[: item["up"]]]
            votes += [Vote(idea=idea, participant=each, value=-1) for each in voters[item["up"] :]]
        Vote.objects.bulk_create(votes)
        # When each was cast: many at first, then fewer. The field itself only knows "now".
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE ideas_vote SET created_at ="
                " idea.published_at + (now() - idea.published_at) * power(random(), 2)"
                " FROM ideas_idea AS idea WHERE idea.id = ideas_vote.idea_id AND idea.id = ANY(%s)",
                [[idea.pk for idea in self.ideas]],
            )

    def _comment(self) -> None:
        said = [(comment, idea) for item, idea in self.pairs for comment in item["comments"]]
        first = Comment.objects.bulk_create(self._said(*each) for each in said)
        Comment.objects.bulk_create(
            self._said(reply, idea, parent)
            for (comment, idea), parent in zip(said, first, strict=True)
            for reply in comment["replies"]
        )

    def _said(self, item: Item, idea: Idea, parent: Comment | None = None) -> Comment:
        official, moment = item["official"], self._before(item["days_ago"])
        return Comment(
            idea=idea,
            parent=parent,
            participant=None if official else self.random.choice(self.neighbors),
            author=self.staff[Permission.ANSWER] if official else None,
            body=item["body"],
            status=CommentStatus.SHOWN,
            decided_by=None if official else self.staff[Permission.MODERATE],
            decided_at=None if official else moment + timedelta(minutes=20),
            created_at=moment,
        )

    def _add_photos(self, item: Item, idea: Idea) -> None:
        for position, picture in enumerate(item["photos"]):
            data = (DATA / "demo_photos" / picture["file"]).read_bytes()
            photo = photos.keep(
                upload=BytesIO(data), size=len(data), participant=idea.participant, alt=picture["alt"]
            )
            Photo.objects.filter(pk=photo.pk).update(idea=idea, position=position)
