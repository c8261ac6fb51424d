"""A small city for every page to show: one command busy, one empty, two that ask for more."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field
from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.test import Client, override_settings
from django.utils import timezone
from PIL import Image

from ideas import answering, claiming, merging, moderating, photos, submitting, voting, working
from ideas.models import Action, Comment, CommentStatus, Report, Rule, SavedReply, Topic
from precincts import inviting, tenancy
from precincts.models import Command, Invitation, Membership, Participant, User
from socialfeeds import composing, connecting
from socialfeeds.models import Delivery, Mention, State
from tests.browser import (
    city_accounts,
    city_author,
    city_guarding,
    city_hearing,
    city_history,
    city_notices,
    city_planning,
    city_record,
    city_safety,
    city_writing,
)
from tests.precincts.factors import give_app, give_recovery_codes
from tests.socialfeeds.voice import certify

BUSY, EMPTY, VERIFIED, HOME_ZIP = "pct-109", "pct-110", "psa-6", "pct-111"
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitän" * 2
ROLES = {"moderator": BUSY, "commander": BUSY, "reviewer": None, "administrator": None}


@dataclass
class City:
    """What addresses need: numbers of rows; and a signed-in session for each kind of person."""

    sessions: dict[str, str] = field(default_factory=dict)
    ideas: dict[str, int] = field(default_factory=dict)
    comment: int = 0
    reset_key: str = ""
    invitation: str = "a-newcomers"
    own_invitation: str = "the-residents"
    old_invitation: str = "one-that-has-run-out"
    membership: int = 0
    last: int = 0
    passkey: int = 0


def build(sandbox) -> City:
    city = City()
    busy = Command.objects.get(slug=BUSY)
    Command.objects.filter(slug=VERIFIED).update(
        who_may_submit="verified", who_may_vote="verified", who_may_comment="verified"
    )
    Command.objects.filter(slug=HOME_ZIP).update(
        who_may_submit="home_zip", who_may_vote="home_zip", who_may_comment="home_zip"
    )
    users = {who: _person(city, who) for who in ("resident", "author", *ROLES)}
    _people(city, busy, users)
    city.reset_key = (
        f"{user_pk_to_url_str(users['resident'])}-{default_token_generator.make_token(users['resident'])}"
    )
    sandbox.reset()
    sandbox.account("demo_pct109")
    with override_settings(X_API_URL=sandbox.url, X_WEB_URL=sandbox.url):
        account = connecting.connect(
            command=busy, network="x", handle="demo_pct109", token="sandbox-demo_pct109"
        )
        with tenancy.enter(busy):
            _board(city, users)
            _voice(account, users["commander"])
            city_hearing.build(city, account, users, LONG_WORD)
            city.ideas |= city_author.build(users["author"])
            city_safety.build(city, users)
            city.ideas |= city_writing.build(users, busy)
            city_history.build(city, users)
            city_accounts.build(city, users, account)
            city_record.build(account, users)
        city.ideas |= city_notices.build(users["resident"], busy)
        city_planning.build(city, users, busy)
    city.ideas |= city_history.of_the_city(users)
    city.ideas |= city_guarding.build(users, busy, EMPTY)
    city_accounts.of_the_city(city, users, busy)
    for slug in (VERIFIED, HOME_ZIP):
        with tenancy.enter(Command.objects.get(slug=slug)):
            city.ideas[slug] = _idea("The elevator is out again").pk
    return city


def _person(city, who):
    user = User.objects.create_user(f"{who}@example.org", "engage-tests")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    if who in ROLES:
        at = ROLES[who] and Command.objects.get(slug=ROLES[who])
        Membership.objects.create(user=user, role=who, command=at)
        certify(user)
    _sign_in(city, who, user)
    return user


def _people(city, busy, users):
    """Invitations that stand in each way, and two people with a second factor."""
    city.membership = Membership.objects.get(user=users["moderator"]).pk
    city.last = Membership.objects.get(role="administrator").pk
    soon, past = timezone.now() + timedelta(days=9), timezone.now() - timedelta(days=1)
    for email, key, expires_at in (
        ("new@example.org", city.invitation, soon),
        ("resident@example.org", city.own_invitation, soon),
        (f"{LONG_WORD}@example.org".lower(), city.old_invitation, past),
    ):
        Invitation.objects.create(
            email=email,
            role="editor",
            command=busy,
            digest=inviting.digest_of(key),
            invited_by=users["commander"],
            expires_at=expires_at,
        )
    for who in ("careful", "keyholder"):
        user = _person(city, who)
        if who == "careful":
            # The running Engage knows no quick hashes.
            user.password = make_password("engage-tests", hasher=PBKDF2PasswordHasher())
            user.save(update_fields=["password"])
            give_app(user)
            give_recovery_codes(user)
        else:
            credential = {"clientExtensionResults": {"credProps": {"rk": True}}}
            city.passkey = Authenticator.objects.create(
                user=user, type="webauthn", data={"name": "Work phone", "credential": credential}
            ).pk
        user.refresh_from_db()
        _sign_in(city, who, user)


def _sign_in(city, who, user):
    """With a session that is fresh enough for what asks for a fresh one."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() + 24 * 3600}]
    session.save()
    city.sessions[who] = client.cookies[settings.SESSION_COOKIE_NAME].value


def _idea(title, body="It goes on every night on our block, and nobody sleeps.", approve=True, **fields):
    idea = submitting.submit(participant=None, title=title, body=body, **fields)
    if approve:
        _decide(idea, Action.APPROVE)
    return idea


def _decide(idea, action, **fields):
    moderating.decide(idea=idea, asked=moderating.Asked(action=action, by=None, **fields))


def _photo():
    data = io.BytesIO()
    Image.new("RGB", (640, 480), "#456").save(data, "JPEG")
    return photos.keep(upload=data, size=len(data.getvalue()), participant=None, alt="A dark corner").key


def _board(city, users):
    topic = Topic.objects.first()
    for n in range(22):
        _idea(f"Idea {n}", topic=topic)
    place = {
        "place": "Kissena Boulevard and Holly Avenue",
        "latitude": 40.7511,
        "longitude": -73.8157,
        "topic": topic,
    }
    ideas = {
        "spoken": _idea("Motorcycles race down Kissena Boulevard", photos=[_photo(), _photo()], **place),
        "heard": _idea("The crossing at the school is blocked", photos=[_photo()]),
        "acting": _idea("A lamp is dark"),
        "acted": _idea(f"{LONG_WORD} in a title"),
        "referred": _idea("The hydrant leaks"),
        "cannot": _idea("A lamp at the lake, please"),
        "edited": _idea("It took an hour"),
        "several": _idea("Scooters block the ramp"),
        "alike": _idea("Scooters on the ramp again"),
        "screened": _idea("My neighbor did it", approve=False),
        "waiting": _idea(
            "Racing again", "Call me at 718-555-0123.", approve=False, photos=[_photo()], **place
        ),
        "urgent": _idea("A man has a gun", f"{LONG_WORD} has a gun. He is here.", approve=False),
    }
    answer = (
        "We heard you. From Friday on, a car stands there every night. https://example.org/" + "long" * 30
    )
    _decide(ideas["heard"], Action.HEAR, answer=answer)
    _decide(ideas["acting"], Action.ACT, answer="The lamp is ordered.")
    _decide(ideas["acted"], Action.DONE, answer="It is mended.")
    _decide(
        ideas["referred"],
        Action.REFER,
        referred_to="Environmental Protection",
        referred_url="https://example.org/",
        answer="They look after hydrants.",
    )
    _answers(ideas, users["commander"])
    ideas["merged"] = _idea("The hydrant leaks again")
    merging.merge(idea=ideas["merged"], into=ideas["spoken"], by=None)
    _decide(ideas["screened"], Action.SCREEN, rule=Rule.objects.first(), reason="It names a neighbor.")
    for value in (1, 1, -1):
        voting.cast(idea=ideas["spoken"], participant=Participant.objects.create(), value=value)
    first = submitting.comment(idea=ideas["spoken"], body="Here too. " + LONG_WORD, participant=None)
    Comment.objects.filter(pk=first.pk).update(status=CommentStatus.SHOWN)
    submitting.comment(
        idea=ideas["spoken"],
        body="We look into it.",
        participant=None,
        author=users["commander"],
        parent=first,
    )
    city.comment = submitting.comment(
        idea=ideas["spoken"], body="Write to me: a@example.org", participant=None, parent=first
    ).pk
    city.ideas |= {name: idea.pk for name, idea in ideas.items()}
    city.ideas |= _desk(users, topic)


def _desk(users, topic):
    """What a desk keeps: a label, a note, a day, a reply; a reader's report; and somebody who looks at it."""
    idea = _idea("Reported by readers", topic=topic)
    Report.objects.create(idea=idea, rule=Rule.objects.get(number=3), text=f"It names me. {LONG_WORD}")
    working.set_labels(idea=idea, new=["Ask the highway unit"])
    working.add_note(idea=idea, text="Spoke with the school.", by=users["commander"])
    working.assign(idea=idea, to=users["commander"])
    working.set_due(idea=idea, on=timezone.localdate() + timezone.timedelta(days=3))
    claiming.claim(kind="idea", item=idea.pk, by=users["commander"])
    reply = SavedReply.objects.create(name="Heard", text="We heard you about “{title}”.")
    return {"reported": idea.pk, "reply": reply.pk}


def _answers(ideas, commander):
    """One that says no and why, one that was edited, one that serves two."""
    _decide(
        ideas["cannot"], Action.CANNOT, answer="It is not ours:\n\n1. **Parks** owns it\n2. > They decide."
    )
    _decide(ideas["edited"], Action.HEAR, answer="The *first* words.")
    answering.edit(
        idea=ideas["edited"], by=commander, answer="In **other** words: [the plan](https://example.org/plan)."
    )
    made = moderating.decide(
        idea=ideas["several"],
        asked=moderating.Asked(action=Action.ACT, by=commander, answer="Officers move them off the ramp."),
    )
    answering.serve_also(decision=made, also=[answering.Also(ideas["alike"].pk)], by=commander)


def _voice(account, author):
    """A message in each state that the page tells apart, and somebody who speaks to the command."""
    now = timezone.now()
    for number, fields in enumerate(
        [
            {"state": State.READY, "due_at": None},
            {"state": State.SENT, "external_id": "1", "sent_at": now},
            {"state": State.FAILED, "error": "The network refused it.", "needs_person": True},
            {"state": State.UNKNOWN, "needs_person": True, "due_at": None},
        ]
    ):
        message = composing.compose(
            text=f"The lamp is mended, says number {number}.",
            source_url="https://example.org/",
            author=author,
        )
        Delivery.objects.filter(message=message).update(**fields)
    Mention.objects.create(
        account=account,
        external_id="7",
        author_handle="maria",
        text=f"@demo_pct109 {LONG_WORD}",
        posted_at=now,
    )
