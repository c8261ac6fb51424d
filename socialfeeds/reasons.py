"""Why a message cannot go out as it stands: everything at once, each beside what is to be mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from precincts.models import User
from socialfeeds import guardrails, spending, wording
from socialfeeds.guardrails import Finding
from socialfeeds.models import (
    Account,
    AccountStatus,
    Attachment,
    Certificate,
    Did,
    Effect,
    Message,
    MessageStep,
    Network,
    State,
    Status,
)
from socialfeeds.networks import network_named
from socialfeeds.wording import CannotSay, Shape


@dataclass(frozen=True)
class Reason:
    """One thing that keeps a message. `field` is where it is mended."""

    key: str
    words: str
    field: str = ""


class Refused(Exception):
    """It cannot be done as it stands. `reasons` says all that is to be mended."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__(" ".join(reason.words for reason in reasons))
        self.reasons = list(reasons)


@dataclass(frozen=True)
class Judged:
    """A message with all that is known of it: how it goes out, and what the guardrails find."""

    message: Message
    shapes: list[Shape]
    pictures: list[Attachment]
    findings: list[Finding] = field(default_factory=list)
    # The edition of the guardrails.
    edition: int = 0

    def having(self, effect: Effect) -> list[Finding]:
        return [one for one in self.findings if one.effect == effect]

    @property
    def blocked(self) -> list[Finding]:
        return self.having(Effect.BLOCK)

    @property
    def for_city(self) -> list[Finding]:
        return self.having(Effect.APPROVAL)

    @property
    def warned(self) -> list[Finding]:
        return self.having(Effect.WARN)


def judge(message: Message) -> Judged:
    """Look at a saved message whole: a few queries."""
    chosen = message.deliveries.filter(state=State.HELD, part=1).select_related("account")
    accounts = [one.account for one in chosen.order_by("account__network", "account__handle")]
    pictures = list(message.attachments.all())
    return judged(message, accounts, pictures)


def judged(message: Message, accounts: list[Account], pictures: list[Attachment]) -> Judged:
    """The same of one that need not be saved."""
    alts = [picture.alt for picture in pictures if picture.alt]
    found: dict[tuple[str, str], Finding] = {}
    rules = guardrails.in_force()
    for number, text in enumerate(wording.texts_of(message) or [""]):
        for one in guardrails.check(text, alts=() if number else alts, rules=rules):
            found.setdefault((one.key, one.words), one)
    shapes = wording.shapes(message, accounts)
    return Judged(message, shapes, pictures, list(found.values()), rules.number)


def why_not(judged: Judged, *, by: User | None, because: str = "") -> list[Reason]:
    """All that keeps a message from being released or sent for approval. Empty where nothing does.

    `because` is the writer's answer to what the guardrails warn of.
    """
    return [
        *_words(judged),
        *_accounts(judged),
        *_pictures(judged),
        *_author(judged.message, by),
        *_time(judged.message),
        *_guardrails(judged, because),
    ]


def _words(judged: Judged) -> Iterator[Reason]:
    message = judged.message
    texts = wording.texts_of(message)
    try:
        for text in texts:
            wording.clean(text)
    except CannotSay as error:
        yield Reason("characters", str(error), "text")
    if all(wording.is_empty(text) for text in texts):
        yield Reason("empty", _("The message is empty. Write what you want to say."), "text")
        return
    for network, shape in {shape.network: shape for shape in judged.shapes if shape.too_long}.items():
        if len(shape.parts) > wording.MOST_PARTS:
            words = _("On %(network)s this would be %(count)d posts. Shorten it: %(most)d at most.")
        else:
            words = _("On %(network)s one address or word is longer than a whole post. Shorten it.")
        facts = {
            "network": Network(network).label,
            "count": len(shape.parts),
            "most": wording.MOST_PARTS,
        }
        yield Reason("too_long", words % facts, "text")


def _accounts(judged: Judged) -> Iterator[Reason]:
    if not judged.shapes:
        yield Reason("no_account", _("Choose at least one account to say it on."), "accounts")
    for shape in judged.shapes:
        account = shape.account
        if account.status == AccountStatus.DEAD:
            words = _("%(account)s has to be connected again first, or left out.")
            yield Reason("dead", words % {"account": account}, "accounts")
        elif account.status == AccountStatus.PAUSED:
            words = _("%(account)s is paused. Resume it first, or leave it out.")
            yield Reason("paused", words % {"account": account}, "accounts")
    micros = sum(shape.micros for shape in judged.shapes)
    if spending.over(micros):
        words = _("This costs %(cost)s, and the command’s budget of this month does not reach so far.")
        yield Reason("budget", words % {"cost": wording.dollars(micros)}, "accounts")


def _pictures(judged: Judged) -> Iterator[Reason]:
    if any(not picture.alt.strip() for picture in judged.pictures):
        yield Reason("alt", _("Say of each picture what it shows, for those who cannot see it."), "pictures")
    for network in dict.fromkeys(shape.network for shape in judged.shapes):
        rules = network_named(network).pictures
        name = Network(network).label
        if len(judged.pictures) > rules.most:
            words = ngettext(
                "%(network)s takes %(most)d picture on a post. Take some out, or leave it out.",
                "%(network)s takes %(most)d pictures on a post. Take some out, or leave it out.",
                rules.most,
            )
            yield Reason("too_many", words % {"network": name, "most": rules.most}, "pictures")
        if any(len(picture.alt) > rules.alt for picture in judged.pictures):
            words = _("%(network)s takes %(most)d letters for what a picture shows. Shorten it.")
            yield Reason("alt_long", words % {"network": name, "most": rules.alt}, "pictures")


def _author(message: Message, by: User | None) -> Iterator[Reason]:
    when = max(timezone.now(), message.scheduled_at or timezone.now())
    certificates = Certificate.objects.filter(user=message.author_id)
    if certificates.valid_at(timezone.now()).filter(expires_at__gt=when).exists():
        return
    if certificates.valid_at(timezone.now()).exists():
        words = _("The author’s certificate ends before it goes out. Choose an earlier time, or renew it.")
    elif by is not None and message.author_id == by.pk:
        words = _("You have no valid certificate. Take the course first; the draft waits here.")
    else:
        words = _("Its author has no valid certificate. Nothing of theirs goes out.")
    yield Reason("certificate", words)


def _time(message: Message) -> Iterator[Reason]:
    if message.scheduled_at is not None and message.scheduled_at <= timezone.now():
        yield Reason("past", _("That time is past. Choose one that is still to come, or now."), "when")


def _guardrails(judged: Judged, because: str) -> Iterator[Reason]:
    for finding in judged.blocked:
        words = _("Guardrail %(number)d, %(title)s: %(explanation)s")
        facts = {"number": finding.number, "title": finding.title, "explanation": finding.explanation}
        yield Reason("blocked", words % facts, "text")
    if to_answer(judged) and not because.strip():
        words = _("A guardrail warns of something here. Change it, or say why it is right all the same.")
        yield Reason("warned", words, "because")


def to_answer(judged: Judged) -> list[Finding]:
    """What the guardrails warn of, and nobody has answered in this version."""
    message = judged.message
    if not judged.warned or not message.pk:
        return judged.warned
    steps = MessageStep.objects.filter(message=message)
    since = steps.filter(did=Did.SUBMITTED).order_by("-pk").values_list("version", flat=True).first()
    if message.status != Status.SUBMITTED or since is None:
        since = message.version
    answered = set(steps.filter(did=Did.OVERRODE, version__gte=since).values_list("guardrail", flat=True))
    return [one for one in judged.warned if one.number not in answered]
