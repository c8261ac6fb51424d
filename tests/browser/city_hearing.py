"""What the small city was told on networks: threads in each state, an answer, a surge, numbers."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from precincts.models import Command
from socialfeeds.models import (
    AccountDay,
    Alarm,
    Delivery,
    Hiding,
    Mention,
    Message,
    State,
    Thread,
    ThreadNote,
    WatchedWords,
)

SAID = [
    ("maria", "@demo_pct109 the lamp at Main St & 45 Av is dark again. Third time this year.", "open"),
    ("li", "@demo_pct109 racing on Kissena Blvd every night. Does anybody read this? 警察", "open"),
    ("amir", "@demo_pct109 thank you for the crossing at the school", "done"),
    ("noor", "@demo_pct109 this is on Corona Av, wrong precinct?", "referred"),
]


def build(city, account, users, long_word):
    """Inside the busy command."""
    now = timezone.now()
    for number, (who, text, status) in enumerate(SAID):
        moment = now - timedelta(hours=9 - number)
        thread = Thread.objects.create(
            account=account,
            conversation_id=f"talk-{number}",
            status=status,
            topic="lighting" if number == 0 else "",
            place="Main St & 45 Av" if number == 0 else "",
            suggested_command=Command.objects.get(slug="pct-110"),
            referred_to=Command.objects.get(slug="pct-110") if status == "referred" else None,
            assigned_to=users["moderator"] if number == 1 else None,
            last_at=moment,
            waiting_since=moment if status == "open" else None,
        )
        mention = _mention(account, thread, f"said-{number}", who, text, moment)
        city.ideas[f"thread_{who}"], city.ideas[f"mention_{who}"] = thread.pk, mention.pk
    _more(city, account, users, long_word, now)
    _numbers(account, now)
    WatchedWords.objects.create(account=account, words="#flushing", fetched_at=now)
    WatchedWords.objects.create(account=account, words=long_word, trouble="X refused it: too long a word.")


def _mention(account, thread, name, who, text, moment, **fields):
    return Mention.objects.create(
        account=account,
        thread=thread,
        external_id=name,
        author_id=who,
        author_handle=who,
        author_name=who.title(),
        text=text,
        posted_at=moment,
        **fields,
    )


def _more(city, account, users, long_word, now):
    """Maria's thread has everything that a thread can have."""
    thread = Thread.objects.get(pk=city.ideas["thread_maria"])
    first = Mention.objects.get(pk=city.ideas["mention_maria"])
    message = Message.objects.create(
        text="We asked for the lamp to be looked at.", answers=first, author=users["commander"]
    )
    Delivery.objects.create(
        message=message, account=account, state=State.SENT, external_id="answer-1", sent_at=now
    )
    reply = _mention(
        account, thread, "more-1", "maria", f"Still dark {long_word}", now, kind="reply", edited_at=now
    )
    gone = _mention(account, thread, "more-2", "troll", "Gone by now", now, kind="reply", gone_at=now)
    ThreadNote.objects.create(thread=thread, text=f"The sergeant knows.\n{long_word}", by=users["moderator"])
    for mention, state in ((reply, "asked"), (gone, "hidden")):
        Hiding.objects.create(
            mention=mention,
            state=state,
            edition=1,
            rule=1,
            rule_title="No threats",
            reason="It names a house.",
            snapshot={"text": mention.text, "author_handle": mention.author_handle, "url": mention.url},
            asked_by=users["moderator"],
            decided_by=users["commander"] if state == "hidden" else None,
            decided_at=now if state == "hidden" else None,
        )
    alarm = Alarm.objects.create(
        kind="surge",
        words="31 mentions within an hour. Usual at this time of the week: 2.",
        about={"mentions": [first.pk, reply.pk]},
    )
    city.ideas["surge"] = alarm.pk


def _numbers(account, now):
    for days in range(20, 0, -1):
        if days in (7, 9):
            continue  # Nobody counted on that day.
        AccountDay.objects.create(
            account=account,
            day=(now - timedelta(days=days)).date(),
            followers=4200 - days * days,
            reach=9000 + 400 * (days % 5),
            reactions=120 + 7 * (days % 6),
        )
