"""The table of access.py as people read it: docs/roles.md."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import override

from precincts.access import AT_COMMAND, AT_HEADQUARTERS, Permission

BEFORE = """# What each role may do

Printed from `precincts/access.py` by `manage.py print_roles > docs/roles.md`; a test holds the two together.

A **commander**, **moderator** or **editor** holds a role at one command, and may do there what is marked.
One person can hold several. Everybody else, signed in or not, may read the boards, raise issues, vote and
comment.

**Headquarters** holds its roles for the whole city, and so at every command. It never decides in a command's
place: it looks, hears appeals, keeps the rules, and can change a command's settings and people.

Nobody is given any of this without a second factor, and a personal token reaches no further than its scopes,
which are the words in the last column.
"""


def as_markdown() -> str:
    with override("en-us"):
        return "\n".join([BEFORE, *_lines()]) + "\n"


def _lines() -> Iterator[str]:
    tables = AT_COMMAND | AT_HEADQUARTERS
    yield "| | " + " | ".join(str(role.label) for role in tables) + " | Scope |"
    yield "| --- |" + " :-: |" * len(tables) + " --- |"
    for permission in Permission:
        marks = ["✓" if permission in tables[role] else "" for role in tables]
        yield f"| {permission.label} | " + " | ".join(marks) + f" | `{permission.value}` |"
