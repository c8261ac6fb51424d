"""Who may look through the record, take it out, and hold it: for the table of access."""

from socialfeeds.models import LegalHold

KEEPERS = ["administrator", "records_officer"]
HERE = {"slug": "pct-109"}


def routes(only):
    """The addresses, as the table has them. `only`: its Only."""
    return {
        "voice_record": (HERE, {"GET": only(KEEPERS)}, None),
        "voice_record_export": (HERE, {"GET": only(KEEPERS)}, None),
        "voice_holds": (
            HERE,
            {"GET": only(KEEPERS), "POST": only(KEEPERS, 302)},
            {"name": "Case 5", "reason": "A subpoena."},
        ),
        "voice_hold_lift": (
            {**HERE, "pk": "hold"},
            {"POST": only(KEEPERS, 302)},
            {"because": "The case is closed."},
        ),
        "headquarters_record": ({}, {"GET": only(KEEPERS)}, None),
        "headquarters_record_export": ({}, {"GET": only(KEEPERS)}, None),
    }


def things_of_the_record():
    """A legal hold of the entered command."""
    return {"hold": LegalHold.objects.create(name="Case 4", reason="x").pk}
