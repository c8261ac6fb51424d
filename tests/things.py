"""What the addresses of a command name: one of each thing, for the table of access."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from ideas import merging, moderating, photos, submitting
from ideas.models import Appeal, Call, Comment, Follow, Label, Photo, SavedReply, ServiceGoal, Webhook
from precincts import inviting, tenancy
from precincts.models import Invitation, Membership, Participant, PersonalToken, User
from socialfeeds.models import Account, Delivery, Message, State
from tests.ideas.appeals import things_of_an_author
from tests.ideas.factory import a_waiting_idea, an_acted_idea, an_idea
from tests.ideas.safety import things_of_safety
from tests.socialfeeds import access_guardrails, access_hearing, access_record
from tests.socialfeeds.access_accounts import things_of_accounts
from tests.socialfeeds.access_planning import things_of_planning
from tests.socialfeeds.access_writing import things_of_writing

BODY = "The lamp at the corner has been dark for weeks."
# What a body names: a row of the last things.
MADE = {}


def somebody_at(command):
    """A membership, and an invitation with the key of its link."""
    user = User.objects.get_or_create(email=f"spare@{command.slug}.example.org")[0]
    membership = Membership.objects.get_or_create(user=user, role="editor", command=command)[0]
    key = f"key-of-{command.slug}"
    invitation = Invitation.objects.get_or_create(
        email="new@example.org", role="editor", command=command, digest=inviting.digest_of(key)
    )[0]
    return {"membership": membership.pk, "invitation": invitation.pk, "key_of_invitation": key}


def things(command):
    """What the addresses of a command name, by the words of ROUTES."""
    owner = "commander@example.org" if command.slug == "pct-109" else "commander.elsewhere@example.org"
    token = PersonalToken.issue(User.objects.get_or_create(email=owner)[0], "A script")[0]
    idea, waiting = an_idea(command), a_waiting_idea(command)
    User.objects.get_or_create(email=f"writer@{command.slug}.example.org")
    with tenancy.enter(command):
        photo = Photo.objects.create(idea=idea, width=1, height=1)
        default_storage.save(photos.path_of(photo, "small"), ContentFile(b"\xff\xd8"))
        comment = Comment.objects.create(idea=idea, body="x", created_at=timezone.now())
        account = Account.objects.create(
            network="x", handle="demo", external_id="1", credentials={"access_token": "t"}
        )
        of_accounts = things_of_accounts(account)
        merged = submitting.submit(participant=None, title="Merged", body=BODY)
        merging.merge(idea=merged, into=idea, by=None)
        decided = moderating.decide(
            idea=submitting.submit(participant=None, title="Decided", body=BODY),
            asked=moderating.Asked(action="approve", by=User.objects.get(email=owner)),
        )
        outcome = Appeal.objects.create(
            decision=decided,
            idea=idea,
            text="x",
            created_at=timezone.now(),
            outcome="upheld",
            decided_at=timezone.now(),
        )
        label = Label.objects.create(name="Streets")
        reply = SavedReply.objects.create(name="Heard", text="We heard {title}.")
        said = submitting.comment(idea=idea, body=BODY, participant=None)
        moderating.decide_comment(comment=said, approve=True, by=User.objects.get(email=owner))
        webhook = Webhook.objects.create(
            url="https://hook.example/", secret="whsec_eA==", created_by=User.objects.get(email=owner)
        )
        call = Call.objects.create(webhook=webhook, event="idea.heard", payload={})
        delivery = Delivery.objects.create(
            message=Message.objects.create(text="Done."),
            account=account,
            state=State.UNKNOWN,
            needs_person=True,
            asked_at=timezone.now(),
        )
        writing = things_of_writing(account)
        hold = access_record.things_of_the_record()
        heard = access_hearing.things(User.objects.get(email=owner))
    MADE["{idea}"] = idea.pk
    MADE["{mention}"] = heard["mention"]
    return {
        **of_accounts,
        **hold,
        **heard,
        **things_of_safety(command, User.objects.get(email=owner), idea),
        "idea": idea.pk,
        "merged": merged.pk,
        "acted": an_acted_idea(command).pk,
        "waiting": waiting.pk,
        "comment": comment.pk,
        "delivery": delivery.pk,
        "decision": decided.pk,
        "decided": decided.idea_id,
        "decided_comment": said.pk,
        "outcome": outcome.pk,
        "label": label.pk,
        "reply": reply.pk,
        "webhook": webhook.pk,
        "call": call.pk,
        "goal": ServiceGoal.objects.get(measure="hear").pk,
        "photo": photo.key,
        "token": token.pk,
        "follow": a_follow(command, User.objects.get(email=owner)),
        **writing,
        **things_of_planning(command, User.objects.get(email=owner)),
        **somebody_at(command),
        **access_guardrails.things(User.objects.get(email=owner)),
        **things_of_an_author(command, User.objects.get(email=owner)),
    }


def a_follow(command, user):
    participant = Participant.objects.get_or_create(user=user)[0]
    return Follow.objects.create(participant=participant, kind="command", command=command).pk
