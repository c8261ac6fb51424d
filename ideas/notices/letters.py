"""The outbox of letters: each goes out once, and never twice.

    ready → sending → sent          the mail server or provider took it
                    → ready         proof that it did not: again later, a bounded number of times
                    → failed        proof, and no use in asking again
                    → unknown       no proof: kept for a person to see, and not sent again
          → dropped                 nothing is left to say, or nobody there who wants it

`sending` is committed before the call. A sender that dies in mid-call leaves a row whose lease ends: whether
its letter left nobody can ask a mail server, so it becomes `unknown`. What it said stands on its reader's
page all the same.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from engage import mail
from ideas.models import Contact, Letter, LetterState
from ideas.notices import contacts, writing

log = logging.getLogger(__name__)

SWEEP = 500
# Longer than a task may run: who is still at it then is not alive any more.
LEASE = timedelta(seconds=180)
# Ten seconds, doubled up to an hour: some three hours in all.
MOST_TRIES = 12
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)


@dataclass(frozen=True)
class Step:
    """What one sender has claimed."""

    letter_id: int
    tries: int
    lease_until: datetime


Outcome = mail.NotSent | mail.MayBeSent | None


def due() -> list[int]:
    """Letters that can be worked on now, oldest first."""
    rows = Letter.objects.filter(
        state__in=[LetterState.READY, LetterState.SENDING], due_at__lte=timezone.now()
    )
    return list(rows.order_by("due_at").values_list("pk", flat=True)[:SWEEP])


def send(letter_id: int) -> None:
    """Take one letter a step further. Does nothing where it is not due, or somebody else has it."""
    if connection.in_atomic_block:
        raise RuntimeError("The claim must be committed before the call: send outside of any transaction.")
    # What takes time and what can go wrong comes before the claim.
    letter = Letter.objects.filter(pk=letter_id).first()
    if letter is None:
        return
    message = compose(letter) if letter.state == LetterState.READY else None
    if (step := _claim(letter_id, message)) is None or message is None:
        return
    outcome = _give(step, message)
    _record(step, outcome, message)


def compose(letter: Letter) -> EmailMultiAlternatives | None:
    """The message as it would leave now; None where nothing is left to say, or nobody there who wants it."""
    contact = Contact.objects.select_related("participant").filter(participant=letter.participant_id).first()
    if contact is None:
        return None
    try:
        return writing.write(letter, contact)
    except InvalidToken:
        log.error("Letter %s: no key of ENGAGE_TOKEN_KEYS opens its address", letter.pk)
        return None


def _claim(letter_id: int, message: EmailMultiAlternatives | None) -> Step | None:
    now = timezone.now()
    rows = Letter.objects.filter(pk=letter_id, due_at__lte=now)
    states = {
        # Its sender has not come back within the lease.
        LetterState.SENDING: (LetterState.UNKNOWN, _("The sender stopped before it had an answer.")),
        LetterState.READY: (LetterState.SENDING, "") if message else (LetterState.DROPPED, ""),
    }
    for state, (to, error) in states.items():
        # One statement, so that of two senders one gets it.
        changed = rows.filter(state=state).update(state=to, error=error, due_at=now + LEASE)
        if changed and to == LetterState.SENDING:
            tries = Letter.objects.values_list("tries", flat=True).get(pk=letter_id)
            return Step(letter_id=letter_id, tries=tries, lease_until=now + LEASE)
        if changed:
            return None
    return None


def _give(step: Step, message: EmailMultiAlternatives) -> Outcome:
    """The call, outside of any transaction."""
    if timezone.now() > step.lease_until - LEASE / 2:
        return mail.NotSent(_("The sender was held up, and did not send."))
    try:
        mail.hand_over(message)
    except (mail.NotSent, mail.MayBeSent) as error:
        return error
    except Exception as error:
        # Whatever it is, it came after the claim: nobody can say what was sent.
        log.exception("Letter %s: the call broke", step.letter_id)
        return mail.MayBeSent(str(error))
    return None


def _record(step: Step, outcome: Outcome, message: EmailMultiAlternatives) -> None:
    row = Letter.objects.filter(pk=step.letter_id)
    if outcome is None:
        # Even who comes back late is believed: what was taken was taken.
        row.update(state=LetterState.SENT, sent_at=timezone.now(), error="")
        return
    error = str(outcome)[:300]
    row = row.filter(state=LetterState.SENDING, due_at=step.lease_until)
    if isinstance(outcome, mail.MayBeSent):
        row.update(state=LetterState.UNKNOWN, error=error)
        log.warning("Letter %s may have been sent: %s", step.letter_id, error)
        return
    tries = step.tries + 1
    if outcome.permanent or tries >= MOST_TRIES:
        row.update(state=LetterState.FAILED, tries=tries, error=error)
        log.warning("Letter %s was not sent: %s", step.letter_id, error)
    else:
        wait = min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT)
        row.update(state=LetterState.READY, tries=tries, error=error, due_at=timezone.now() + wait)
    if isinstance(outcome, mail.AddressRefused):
        contacts.bounced(message.to[0])


def send_again(letter: Letter) -> bool:
    """A person has looked, and wants it sent once more. False where it is not one that waits for a person."""
    waits = Letter.objects.filter(pk=letter.pk, state__in=[LetterState.UNKNOWN, LetterState.FAILED])
    return bool(waits.update(state=LetterState.READY, tries=0, error="", due_at=timezone.now()))
