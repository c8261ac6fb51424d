"""Somebody who raised something, and was screened: what an author's pages have to show."""

from __future__ import annotations

from ideas import appealing, authors, moderating, submitting
from ideas.models import Action, Idea, Rule
from precincts.models import Participant


def build(author) -> dict[str, object]:
    """Inside the busy command: what addresses name, by the words of the visits."""
    mine = Participant.objects.create(user=author)
    rule = Rule.objects.in_force().get(number=4)
    screen = moderating.Asked(action=Action.SCREEN, by=None, rule=rule, reason="It names a neighbor.")

    def raised(title):
        return submitting.submit(
            participant=mine, title=title, body="It goes on every night, at the door of number 12."
        )

    on_board, screened, appealed = raised("The bin is full"), raised("He did it"), raised("She did it")
    moderating.decide(idea=on_board, asked=moderating.Asked(action=Action.APPROVE, by=None))
    for idea in (screened, appealed):
        moderating.decide(idea=idea, asked=screen)
    comment = submitting.comment(idea=on_board, body="The man at number 12 did it.", participant=mine)
    moderating.decide_comment(
        comment=comment, approve=False, by=None, rule=rule, reason="It names a neighbor."
    )
    appeal = appealing.appeal(
        item=Idea.objects.get(pk=appealed.pk),
        participant=mine,
        text="I named nobody: I wrote about a corner.",
    )
    return {
        "mine": on_board.pk,
        "mine_screened": screened.pk,
        "mine_appealed": appealed.pk,
        "mine_comment": comment.pk,
        "mine_link": authors.key_of(on_board),
        "screened_link": authors.key_of(screened),
        "appeal": appeal.pk,
    }
