"""Topics, rules, agencies and the 311 routing table, from ideas/data/. The same for the whole city."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.utils import timezone

from ideas import goals
from ideas.models import Agency, Edition, Route, Rule, ServiceGoal, Topic

DATA = Path(__file__).resolve().parent / "data"


def load_reference(say: Callable[[str], None], **kwargs: Any) -> None:
    """Make every topic and rule, or bring it up to date. None goes: ideas and decisions point at them."""
    topics = [
        Topic(slug=row["slug"], name=row["name"], position=int(row["position"]))
        for row in _rows("topics.csv")
    ]
    Topic.objects.bulk_create(
        topics, update_conflicts=True, unique_fields=["slug"], update_fields=["name", "position"]
    )
    rules = _first_edition()
    # What a city begins with. What headquarters has set since stays.
    begin = [ServiceGoal(measure=measure, hours=hours) for measure, hours in goals.DEFAULTS.items()]
    ServiceGoal.objects.bulk_create(begin, ignore_conflicts=True)
    say(f"{len(topics)} topics, {rules} rules of conduct")
    agencies, routes = _load_routing()
    say(f"{agencies} agencies take {routes} types of requests")


def _load_routing() -> tuple[int, int]:
    """Whose each type of request is. A type that the table no longer has goes: nothing points at it."""
    agencies = [Agency(**row) for row in _rows("agencies.csv")]
    Agency.objects.bulk_create(
        agencies, update_conflicts=True, unique_fields=["code"], update_fields=["name", "url", "phone"]
    )
    codes = {agency.code: agency for agency in Agency.objects.all()}
    slugs = {topic.slug: topic for topic in Topic.objects.all()}
    routes = [
        Route(
            name=row["name"],
            agency=codes[row["agency"]],
            topic=slugs[row["topic"]] if row["topic"] else None,
            about=row["about"],
        )
        for row in _rows("routes.csv")
    ]
    Route.objects.bulk_create(
        routes, update_conflicts=True, unique_fields=["name", "agency"], update_fields=["topic", "about"]
    )
    here = {(route.name, route.agency_id) for route in routes}
    gone = [route.pk for route in Route.objects.all() if (route.name, route.agency_id) not in here]
    Route.objects.filter(pk__in=gone).delete()
    return len(agencies), len(routes)


def _first_edition() -> int:
    """The rules that a city begins with. Later editions are headquarters' own, and stay."""
    edition, new = Edition.objects.get_or_create(number=1, defaults={"published_at": timezone.now()})
    if new:
        Rule.objects.bulk_create(
            Rule(edition=edition, number=int(row["number"]), title=row["title"], text=row["text"])
            for row in _rows("conduct.csv")
        )
    return Rule.objects.in_force().count()


def _rows(name: str) -> Iterator[dict[str, str]]:
    if (path := DATA / name).exists():
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
