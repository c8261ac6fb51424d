"""What the small city has in its record: an entry of each kind, a hold in force, and one that was lifted."""

from __future__ import annotations

from socialfeeds import record
from socialfeeds.models import Kept


def build(account, users):
    """Inside the busy command."""
    somebody = {"handle": "maria", "name": "Maria"}
    for kind in Kept:
        record.keep(
            kind,
            account=account,
            about="mention:1",
            body={
                "text": f"{kind.label}: what was said, \u202eand how\u202c, at " + "Main Street " * 20,
                "author": somebody,
                "error": "The network said no." if kind == Kept.REFUSED else "",
            },
        )
    by = users["administrator"]
    hold = {"reason": "A subpoena of the court asks for all that was said.", "account": account}
    record.place_hold(name="Case 4 of 2026", by=by, **hold)
    over = record.place_hold(name="A" * 120, by=by, reason="x")
    record.lift_hold(hold=over, by=by, because="The case was closed.")
