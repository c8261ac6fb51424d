"""The table's rows for planning: slots and the calendar; and what they name."""

from datetime import time

from precincts import tenancy
from socialfeeds import planning
from socialfeeds.models import Account, Batch, Broadcast, Offer, Slot
from tests.socialfeeds.plans import monday


def rows(only):
    """ROUTES of tests/test_access.py for these addresses. `only` is its Only."""
    desk = ["moderator", "editor", "commander", "reviewer", "administrator", "records_officer"]
    publishers = only(["editor", "commander"])
    broadcasters = only(["administrator"])
    here = {"slug": "pct-109"}
    later = {"day": str(monday(3)), "time": "10:00", "version": 1}
    return {
        "calendar": (here, {"GET": only(desk)}, None),
        "move_message": (
            {**here, "pk": "planned"},
            {"GET": publishers, "POST": publishers.leading_on()},
            later,
        ),
        "slots": (
            here,
            {"GET": publishers, "POST": publishers.leading_on()},
            {"weekdays": ["1"], "time": "10:00"},
        ),
        "bulk_messages": (here, {"GET": publishers, "POST": publishers.leading_on(422)}, {}),
        "bulk_template": (here, {"GET": publishers}, None),
        "bulk_batch": (
            {**here, "pk": "batch"},
            {"GET": publishers, "POST": publishers.leading_on()},
            {"then": "draft"},
        ),
        "bulk_rejected": ({**here, "pk": "batch"}, {"GET": publishers}, None),
        "offers": (here, {"GET": only(desk)}, None),
        "decide_offer": ({**here, "pk": "offer"}, {"POST": publishers.leading_on()}, {"do": "edit"}),
        "weekly_message": (here, {"GET": publishers, "POST": publishers.leading_on((302, 422))}, {}),
        # At headquarters
        "headquarters_broadcasts": ({}, {"GET": broadcasters}, None),
        "headquarters_broadcast_new": (
            {},
            {"GET": broadcasters, "POST": broadcasters.leading_on()},
            {"text": "Soon.", "how": "offer", "who": "one", "command": "pct-109"},
        ),
        "headquarters_broadcast": ({"number": "broadcast"}, {"GET": broadcasters}, None),
        "approve_broadcast": ({"number": "broadcast"}, {"POST": broadcasters.leading_on()}, {}),
        "withdraw_broadcast": ({"number": "broadcast"}, {"POST": broadcasters.leading_on()}, {}),
        "remove_slot": ({**here, "pk": "slot"}, {"POST": publishers.leading_on()}, {}),
    }


def things_of_planning(command, user):
    """A draft that can be moved, a slot, a file, and what headquarters offers."""
    broadcast = Broadcast.objects.create(text="Soon.", created_by=user)
    broadcast.commands.add(command)
    with tenancy.enter(command):
        account = Account.objects.first()
        message = planning.make_draft(text="Soon.", accounts=[account], author=user)
        return {
            "planned": message.pk,
            "slot": Slot.objects.create(weekday=3, time=time(10)).pk,
            "batch": Batch.objects.create(name="a.csv", rows=[], good=0, uploaded_by=user).pk,
            "offer": Offer.objects.create(broadcast=broadcast).pk,
            "broadcast": broadcast.pk,
        }
