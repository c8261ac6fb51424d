"""Counters that PostgreSQL keeps, so that they equal what they count whatever writes the rows.

Each is three statement-level triggers (insert, update, delete) that add up a statement's rows first: a
bulk load of a thousand votes touches each idea once.
"""

from __future__ import annotations

import pgtrigger


def counters(name: str, *, signed: str, apply: str) -> list[pgtrigger.Trigger]:
    """Triggers named `name`_insert, _update and _delete.

    `signed` selects the deltas of a transition table, with `{rows}` for its name and `{sign}` for 1 or -1;
    `apply` writes the deltas, with `{deltas}` for the select. Plain SQL, written in this project only.
    """
    new = signed.format(rows="new_rows", sign="1")
    old = signed.format(rows="old_rows", sign="-1")
    return [
        _trigger(name, "insert", apply.format(deltas=new)),
        _trigger(name, "update", apply.format(deltas=f"{new} UNION ALL {old}")),
        _trigger(name, "delete", apply.format(deltas=old)),
    ]


def _trigger(name: str, event: str, statement: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=f"{name}_{event}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation={"insert": pgtrigger.Insert, "update": pgtrigger.Update, "delete": pgtrigger.Delete}[event],
        referencing=pgtrigger.Referencing(
            new="new_rows" if event != "delete" else None, old="old_rows" if event != "insert" else None
        ),
        func=f"{statement} RETURN NULL;",
    )


VOTE_COUNTERS = counters(
    "idea_votes",
    signed="SELECT idea_id, {sign} * (value = 1)::int AS up, {sign} * (value = -1)::int AS down FROM {rows}",
    apply="""
        UPDATE ideas_idea SET up = ideas_idea.up + delta.up, down = ideas_idea.down + delta.down
        FROM (
            SELECT idea_id, sum(up) AS up, sum(down) AS down FROM ({deltas}) AS each_row
            GROUP BY idea_id HAVING sum(up) <> 0 OR sum(down) <> 0
        ) AS delta
        WHERE ideas_idea.id = delta.idea_id;
    """,
)

COMMENT_COUNTERS = counters(
    "idea_comments",
    signed="SELECT idea_id, {sign} * (status = 'shown')::int AS shown FROM {rows}",
    apply="""
        UPDATE ideas_idea SET comment_count = ideas_idea.comment_count + delta.shown
        FROM (
            SELECT idea_id, sum(shown) AS shown FROM ({deltas}) AS each_row
            GROUP BY idea_id HAVING sum(shown) <> 0
        ) AS delta
        WHERE ideas_idea.id = delta.idea_id;
    """,
)

# Rows are locked in the order of their status, so that two decisions at once never wait for each other.
STATUS_COUNTERS = counters(
    "board_status",
    signed="SELECT command_id, status, {sign} AS n FROM {rows}",
    apply="""
        INSERT INTO ideas_statuscount AS counted (command_id, status, n)
        SELECT command_id, status, sum(n) FROM ({deltas}) AS each_row
        GROUP BY command_id, status HAVING sum(n) <> 0
        ORDER BY command_id, status
        ON CONFLICT (command_id, status) DO UPDATE SET n = counted.n + excluded.n;
    """,
)
