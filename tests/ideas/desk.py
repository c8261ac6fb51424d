"""What a test does at the desk of the 109th Precinct."""

import re

from ideas.models import Decision, Idea
from precincts import tenancy

DESK = "/pct-109/desk/"
ANSWER = "We have heard it: a patrol looks at the corner this week."


def address(idea):
    return f"{DESK}ideas/{idea.pk}/"


def decide(client, idea, action, version=None, **fields):
    data = {"action": action, "version": idea.version if version is None else version} | fields
    return client.post(f"{address(idea)}decisions/", data)


def now(idea):
    with tenancy.enter(idea.command_id):
        return Idea.objects.get(pk=idea.pk)


def decisions(idea):
    with tenancy.enter(idea.command_id):
        return list(Decision.objects.filter(idea=idea).select_related("rule", "decided_by"))


def queue(client, **asked):
    """The titles of the queue's lines, in order."""
    page = client.get(DESK, asked).content.decode()
    return re.findall(r"<b[^>]*>([^<]+)</b>", page.split("data-queue")[1].split("</ul>")[0])


def set_status(idea, status, **fields):
    with tenancy.enter(idea.command_id):
        Idea.objects.filter(pk=idea.pk).update(status=status, **fields)
