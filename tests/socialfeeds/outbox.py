"""A command's outbox in a test: composing, letting time pass, and looking at what became of it."""

from __future__ import annotations

from django.utils import timezone

from precincts import tenancy
from precincts.models import User
from socialfeeds import composing, connecting, publishing
from socialfeeds.models import Account, Delivery, Mention, State
from tests.socialfeeds.voice import certify
from tests.socialfeeds.windows import end_windows


class Outbox:
    def __init__(self, x, command, handle="demo_pct109"):
        self.x = x
        self.command = command
        self.handle = handle
        x.account(handle)
        self.account_id = self.connect().pk

    def connect(self):
        token = f"sandbox-{self.handle}"
        return connecting.connect(command=self.command, network="x", handle=self.handle, token=token)

    def say(self, text="The lamp at Main St is fixed.", **fields):
        """A composed message; its delivery."""
        fields.setdefault("author", self.author())
        with tenancy.enter(self.command):
            return composing.compose(text=text, **fields).deliveries.get()

    def author(self):
        """Somebody with a certificate."""
        user, new = User.objects.get_or_create(email="writer@example.org")
        if new:
            certify(user)
        return user

    def work(self, delivery=None):
        """One step: of this delivery, or of all that are due."""
        due = [(self.command.pk, delivery.pk)] if delivery else publishing.due()
        for command_id, delivery_id in due:
            publishing.deliver(command_id=command_id, delivery_id=delivery_id)

    def time_passes(self):
        """Until every wait and every lease is over."""
        end_windows()
        with tenancy.enter(self.command):
            Delivery.objects.exclude(due_at=None).update(due_at=timezone.now())
            Account.objects.update(resting_until=None, mentions_resting_until=None)

    def waits_end(self):
        """The same, but whoever is sending keeps the lease."""
        end_windows()
        with tenancy.enter(self.command):
            waiting = Delivery.objects.exclude(state=State.SENDING).exclude(due_at=None)
            waiting.filter(due_at__gt=timezone.now()).update(due_at=timezone.now())
            Account.objects.update(resting_until=None, mentions_resting_until=None)

    def work_on(self, rounds=10):
        """Steps, with time passing between them, as the sweeps would do it over days."""
        for _ in range(rounds):
            self.work()
            self.time_passes()

    def row(self, delivery=None):
        with tenancy.enter(self.command):
            rows = Delivery.objects.select_related("account", "message", "command")
            return rows.get(pk=delivery.pk) if delivery else rows.get()

    def rows(self):
        with tenancy.enter(self.command):
            return list(Delivery.objects.select_related("message").order_by("pk"))

    def states(self):
        with tenancy.enter(self.command):
            return sorted(Delivery.objects.values_list("state", flat=True))

    def account(self):
        with tenancy.enter(self.command):
            return Account.objects.get(pk=self.account_id)

    def set_account(self, **fields):
        with tenancy.enter(self.command):
            Account.objects.filter(pk=self.account_id).update(**fields)

    def mentions(self):
        """Newest first."""
        with tenancy.enter(self.command):
            return list(Mention.objects.for_desk())

    def texts(self):
        """What really stands on the network, newest first."""
        return [post["text"] for post in self.x.posts(self.handle)]
