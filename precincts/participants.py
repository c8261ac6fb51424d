"""Participants: somebody who takes part, known by a signed cookie and nothing else.

A cookie's participant belongs to nobody until its browser signs in; from then on it is the user's, and
the cookie alone no longer opens it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth import user_logged_in, user_logged_out
from django.core import signing
from django.db import transaction
from django.dispatch import Signal, receiver
from django.http import HttpRequest, HttpResponse

from precincts.models import Participant, User

COOKIE = "engage_participant"
SALT = "engage.participant"
MAX_AGE_SECONDS = 400 * 24 * 3600  # the longest that browsers keep a cookie

# Sent inside a transaction, with source= and target=: move what hangs on the one to the other.
merging = Signal()


def find(request: HttpRequest) -> Participant | None:
    """The request's participant, if it took part before, or was made for this very request."""
    if new := getattr(request, "new_participant", None):
        return new
    user = request.user
    if user.is_authenticated:
        return Participant.objects.filter(user=user).first()
    return _of_cookie(request)


def ensure(request: HttpRequest) -> Participant:
    """The request's participant, made now if there is none. The answer carries its cookie."""
    participant = find(request)
    if participant is None:
        user = request.user if request.user.is_authenticated else None
        participant, _ = (
            Participant.objects.get_or_create(user=user) if user else (Participant.objects.create(), True)
        )
        request.participant = participant  # type: ignore[attr-defined]
        if user is None:
            request.new_participant = participant  # type: ignore[attr-defined]
    return participant


def hand_over(request: HttpRequest, participant: Participant) -> None:
    """Give this browser the cookie of a participant that has no account.

    For two requests of a newcomer at once, each of which made a participant: one of them goes on as both.
    """
    if (
        participant.user_id is None
        and participant.merged_into_id is None
        and not request.user.is_authenticated
    ):
        request.participant = request.new_participant = participant  # type: ignore[attr-defined]


def cookie_of(participant: Participant) -> str:
    """What a cookie holds: the participant's key, signed with the time."""
    return signing.dumps(participant.key.hex, salt=SALT)


def give_cookie(response: HttpResponse, participant: Participant, *, secure: bool) -> None:
    response.set_cookie(
        COOKIE,
        cookie_of(participant),
        max_age=MAX_AGE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


def _of_cookie(request: HttpRequest) -> Participant | None:
    try:
        key = UUID(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=MAX_AGE_SECONDS))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None  # not ours, or from when a cookie held a row's number
    return Participant.objects.filter(key=key, user=None, merged_into=None).first()


@receiver(user_logged_in)
def carry_over(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """What this browser did without an account becomes the user's, and nothing counts twice."""
    if request is None or (cookie := _of_cookie(request)) is None:
        return
    with transaction.atomic():
        # One sign-in at a time for a user, and for a cookie: of two at once the second looks again, or it
        # would find no participant, or merge one with itself. Votes, which point at both, need not wait.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        free = Participant.objects.filter(pk=cookie.pk, user=None, merged_into=None)
        if free.select_for_update(no_key=True).first() is None:
            return
        mine = Participant.objects.filter(user=user).first()
        if mine is None:
            free.update(user=user)
            return
        merging.send(sender=Participant, source=cookie, target=mine)
        if not mine.home_zip and cookie.home_zip:
            Participant.objects.filter(pk=mine.pk).update(home_zip=cookie.home_zip)
        Participant.objects.filter(pk=cookie.pk).update(merged_into=mine)


@receiver(user_logged_out)
def forget_cookie(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """The next person at this browser starts as nobody."""
    request.forget_participant = True  # type: ignore[attr-defined]
