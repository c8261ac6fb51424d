"""Who looks at what. A claim says so to the others and lapses by itself; it binds nobody, versions do."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Least
from django.utils import timezone

from ideas.models import Claim
from precincts.models import User

# A page that is open renews its claim every minute.
LASTS = timedelta(minutes=2)

Item = tuple[str, int]


def claim(*, kind: str, item: int, by: User) -> Claim:
    """The claim on an item: `by`'s own, made or renewed, or that of whoever was there before."""
    now = timezone.now()
    free = Q(until__lte=now) | Q(user=by)
    mine = Claim.objects.filter(kind=kind, item=item).filter(free)
    # Who goes on looking has looked since they came.
    renewed = mine.filter(user=by, until__gt=now).update(until=now + LASTS)
    if not renewed and not mine.update(user=by, since=now, until=now + LASTS):
        try:
            with transaction.atomic():
                return Claim.objects.create(kind=kind, item=item, user=by, since=now, until=now + LASTS)
        except IntegrityError:
            pass  # Somebody else came first.
    return Claim.objects.select_related("user").get(kind=kind, item=item)


def release(*, kind: str, item: int, by: User) -> None:
    """Let go of an item. The row stays for the next, who finds it lapsed."""
    now = timezone.now()
    Claim.objects.filter(kind=kind, item=item, user=by, until__gt=now).update(until=Least(F("until"), now))


def held() -> dict[Item, Claim]:
    """What somebody looks at in the entered command at this moment, with who it is: one query."""
    claims = Claim.objects.filter(until__gt=timezone.now()).select_related("user")
    return {(claim.kind, claim.item): _named(claim) for claim in claims}


def name_of(user: User) -> str:
    """Staff are known by the name in their address."""
    return user.email.partition("@")[0]


def _named(claim: Claim) -> Claim:
    claim.name = name_of(claim.user)  # type: ignore[attr-defined]
    return claim


def by_others(user: User) -> dict[Item, Claim]:
    """What somebody else looks at."""
    return {item: claim for item, claim in held().items() if claim.user_id != user.pk}
