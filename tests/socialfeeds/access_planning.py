"""The table's rows for planning: slots and the calendar; and what they name."""

from datetime import time

from socialfeeds.models import Batch, Slot
from tests.socialfeeds.plans import monday


def rows(only):
    """ROUTES of tests/test_access.py for these addresses. `only` is its Only."""
    desk = ["moderator", "editor", "commander", "reviewer", "administrator", "records_officer"]
    publishers = only(["editor", "commander"])
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
        "remove_slot": ({**here, "pk": "slot"}, {"POST": publishers.leading_on()}, {}),
    }


def things_of_planning(message, user):
    """Inside a command: a draft that can be moved, a slot, a file."""
    return {
        "batch": Batch.objects.create(name="a.csv", rows=[], good=0, uploaded_by=user).pk,
        "planned": message.pk,
        "slot": Slot.objects.create(weekday=3, time=time(10)).pk,
    }
