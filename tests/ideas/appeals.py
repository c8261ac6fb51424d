"""What a screened author and headquarters do, through their pages."""

from django.test import Client

from ideas import appealing, authors, moderating, submitting
from ideas.models import Action, Appeal, Comment, Rule
from precincts import participants, tenancy
from precincts.models import Participant
from tests.ideas.factory import a_waiting_idea, an_idea

WHY = "I named nobody: I wrote about a corner."
REASON = "It names a person."


def browser_of(participant):
    """A browser with the cookie of somebody who took part."""
    client = Client()
    client.cookies[participants.COOKIE] = participants.cookie_of(participant)
    return client


def screen(idea, by, number=4, reason=REASON):
    with tenancy.enter(idea.command_id):
        rule = Rule.objects.in_force().get(number=number)
        asked = moderating.Asked(action=Action.SCREEN, by=by, rule=rule, reason=reason)
        return moderating.decide(idea=idea, asked=asked)


def a_screened_idea(command, by, *, waiting=True, **fields):
    """(idea, its author's browser): raised by somebody with a cookie, and screened."""
    author = Participant.objects.create()
    idea = (a_waiting_idea if waiting else an_idea)(command, participant=author, **fields)
    screen(idea, by)
    return idea, browser_of(author)


def a_screened_comment(command, by, body="The man at number 12 did it."):
    """(comment, its author's browser): under an idea on the board."""
    idea, author = an_idea(command), Participant.objects.create()
    with tenancy.enter(command):
        comment = submitting.comment(idea=idea, body=body, participant=author)
        rule = Rule.objects.in_force().get(number=4)
        moderating.decide_comment(comment=comment, approve=False, by=by, rule=rule, reason=REASON)
    return comment, browser_of(author)


def path(item):
    slug = item.command.slug
    return (
        f"/{slug}/comments/{item.pk}/appeal/"
        if isinstance(item, Comment)
        else f"/{slug}/ideas/{item.pk}/appeal/"
    )


def appeal(client, item, text=WHY):
    return client.post(path(item), {"text": text})


def appeals(command):
    with tenancy.enter(command):
        return list(Appeal.objects.order_by("pk"))


def desk_of(appeal):
    return f"/headquarters/appeals/{appeal.command.slug}/{appeal.pk}/"


def decide(client, appeal, outcome="overturned", reason="A corner is no person."):
    return client.post(desk_of(appeal), {"outcome": outcome, "reason": reason})


def now(item):
    with tenancy.enter(item.command_id):
        return type(item).objects.get(pk=item.pk)


def things_of_an_author(command, owner):
    """What an author and headquarters name in addresses: the owner's own, and somebody's appeal."""
    mine, _new = Participant.objects.get_or_create(user=owner)
    open_idea, waiting = an_idea(command, participant=mine), a_waiting_idea(command, participant=mine)
    screen(waiting, None)
    with tenancy.enter(command):
        comment = submitting.comment(idea=open_idea, body="x", participant=mine)
        rule = Rule.objects.in_force().first()
        moderating.decide_comment(comment=comment, approve=False, by=None, rule=rule)
        other = submitting.submit(participant=None, title="Appealed", body="x")
        asked = moderating.Asked(action=Action.SCREEN, by=None, rule=rule)
        moderating.decide(idea=other, asked=asked)
        made = appealing.appeal(item=other, participant=None, text=WHY)
    return {
        "own": open_idea.pk,
        "own_screened": waiting.pk,
        "own_comment": comment.pk,
        "link": authors.key_of(open_idea),
        "screened_link": authors.key_of(waiting),
        "appeal": made.pk,
    }
