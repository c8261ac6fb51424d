"""Writing in a test: people of the desk with their browsers, a message on its way, guardrails of our own."""

from __future__ import annotations

from django.test import Client

from precincts import tenancy
from precincts.models import Membership, User
from socialfeeds import drafting, guardrails
from socialfeeds.guardrails import Finding
from socialfeeds.models import Message, MessageStep
from tests.socialfeeds.voice import certify

# What the guardrails of the tests look for, and what follows.
RULES = {
    "suspect": (1, "block", "Named suspects"),
    "protest": (2, "approval", "Politics"),
    "promise": (3, "warn", "Promises"),
    "1500 hours": (4, "hint", "Military time"),
}


def stand_in(text, *, alts=(), rules=None):
    """Guardrails that any test can tell in advance."""
    found = []
    for picture, said in enumerate([text, *alts]):
        for words, (number, effect, title) in RULES.items():
            if (start := said.lower().find(words)) >= 0:
                end = start + len(words)
                found.append(
                    Finding(
                        number=number,
                        key=title.lower().replace(" ", "-"),
                        title=title,
                        explanation=f"Why {title} is a guardrail.",
                        better="Say it otherwise.",
                        effect=effect,
                        start=start,
                        end=end,
                        words=said[start:end],
                        picture=picture or None,
                    )
                )
    return found


def use_stand_in(monkeypatch):
    monkeypatch.setattr(guardrails, "check", stand_in)


class Desk:
    """A command's people. desk.editor is a signed-in browser, desk.person("editor") whose it is."""

    def __init__(self, command):
        self.command = command
        self.at = f"/{command.slug}/desk/voice/"

    def __getattr__(self, role):
        client = Client()
        client.force_login(self.person(role))
        setattr(self, role, client)
        return client

    def person(self, name, certified=True):
        """ "editor", or "editor_two" for another one."""
        role = name.partition("_")[0]
        email = f"{name}@example.org"
        user, new = User.objects.get_or_create(email=email)
        if new:
            here = None if role in ("reviewer", "administrator") else self.command
            Membership.objects.create(user=user, role=role, command=here)
            if certified:
                certify(user)
        return user

    def draft(self, text="The lamp at Main St is fixed.", *, by="editor", accounts=None, **given):
        user = self.person(by)
        with tenancy.enter(self.command):
            from socialfeeds.models import Account

            chosen = Account.objects.values_list("pk", flat=True) if accounts is None else accounts
            return drafting.begin(
                command=self.command, by=user, given={"text": text, **given}, accounts=list(chosen)
            )

    def do(self, verb, message, by, **fields):
        """A verb of releasing.py or drafting.py, inside the command."""
        user = self.person(by)
        with tenancy.enter(self.command):
            return verb(message=message, by=user, **fields)

    def message(self, pk=None):
        with tenancy.enter(self.command):
            rows = Message.objects.select_related("author", "approved_by", "command")
            return rows.get(pk=pk) if pk else rows.order_by("pk").last()

    def count(self):
        with tenancy.enter(self.command):
            return Message.objects.count()

    def steps(self, message):
        with tenancy.enter(self.command):
            return [
                (step.did, step.by and step.by.email.partition("@")[0], step.reason)
                for step in MessageStep.objects.filter(message=message).select_related("by")
            ]

    def deliveries(self, message):
        with tenancy.enter(self.command):
            return list(message.deliveries.select_related("account").order_by("account_id", "part"))
