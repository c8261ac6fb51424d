"""The inbox for machines: what was said to the command on networks, and what is done with it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engage import api_docs
from engage.problems import BadQuery, Conflict, Forbidden
from ideas import from_mentions
from ideas.api import examples
from ideas.api.common import BoardView, body_of, idea_now, page_of, query_of, staff
from ideas.api.serializers import IdeaDetailSerializer, PageQuery
from ideas.api.work import NOTE_LENGTH, REFUSALS, me
from ideas.desk.inbox import TABS, WORDS_LENGTH, cursor_of, read_cursor, thread_for_desk
from ideas.models import BODY_LENGTH, TITLE_LENGTH, Topic
from precincts.access import Permission, may
from precincts.models import Command
from socialfeeds import composing, inbox
from socialfeeds.models import (
    TEXT_LENGTH,
    Mention,
    MentionKind,
    Message,
    Network,
    Thread,
    ThreadNote,
    ThreadStatus,
)

LARGEST = 2**31 - 1
DECIDED = (400, 401, 403, 404, 409)


# --- shapes ------------------------------------------------------------------------------------------------


class MentionSerializer(serializers.Serializer[Mention]):
    """Something that was said."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=MentionKind.choices)
    author = serializers.CharField(source="author_handle")
    author_name = serializers.CharField()
    text = serializers.CharField()
    url = serializers.URLField()
    posted_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    gone_at = serializers.DateTimeField(allow_null=True, help_text="Its author took it away.")
    hidden_at = serializers.DateTimeField(allow_null=True, help_text="Hidden there by the command.")


class ThreadSerializer(serializers.Serializer[Thread]):
    """A conversation."""

    id = serializers.IntegerField()
    network = serializers.ChoiceField(source="account.network", choices=Network.choices)
    account = serializers.CharField(source="account.handle")
    status = serializers.ChoiceField(choices=ThreadStatus.choices)
    version = serializers.IntegerField(help_text="Send it with what decides.")
    topic = serializers.CharField(help_text="A topic’s slug; suggested until a person sets it.")
    place = serializers.CharField()
    suggested_command = serializers.CharField(source="suggested_command.slug", allow_null=True, default=None)
    assigned_to = serializers.EmailField(source="assigned_to.email", allow_null=True, default=None)
    referred_to = serializers.CharField(source="referred_to.slug", allow_null=True, default=None)
    last_at = serializers.DateTimeField()
    waiting_since = serializers.DateTimeField(allow_null=True, help_text="Null: nobody waits.")
    answered_at = serializers.DateTimeField(allow_null=True)


class ThreadLineSerializer(ThreadSerializer):
    newest = MentionSerializer(allow_null=True, help_text="The newest that was said there.")


class ThreadPageSerializer(serializers.Serializer[Any]):
    results = ThreadLineSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class ThreadNoteSerializer(serializers.Serializer[ThreadNote]):
    id = serializers.IntegerField()
    by = serializers.EmailField(source="by.email")
    text = serializers.CharField()
    at = serializers.DateTimeField()


class ThreadAnswerSerializer(serializers.Serializer[Message]):
    """An answer of the command’s, and how its sending stands."""

    id = serializers.IntegerField()
    mention = serializers.IntegerField(source="answers_id", help_text="What it answers.")
    author = serializers.EmailField(source="author.email", allow_null=True, default=None)
    text = serializers.CharField()
    created_at = serializers.DateTimeField()
    states = serializers.SerializerMethodField(help_text="Of each part of it.")

    def get_states(self, message: Message) -> list[str]:
        return [delivery.state for delivery in message.deliveries.all()]


class ThreadDetailSerializer(ThreadSerializer):
    mentions = MentionSerializer(many=True)
    answers = ThreadAnswerSerializer(many=True)
    notes = ThreadNoteSerializer(many=True)
    why_no_answer = serializers.CharField(help_text="Why the newest cannot be answered; empty where it can.")


class InboxQuery(PageQuery):
    show = serializers.ChoiceField(choices=list(TABS), required=False, default="waiting")
    network = serializers.ChoiceField(choices=Network.choices, required=False)
    words = serializers.CharField(
        required=False, max_length=WORDS_LENGTH, help_text="In what was said, who said it, where."
    )
    mine = serializers.BooleanField(required=False, default=False, help_text="Only what is assigned to you.")


class ThreadChange(serializers.Serializer[Any]):
    """What is left out stays as it is."""

    assigned_to = serializers.CharField(required=False, allow_null=True, max_length=254)
    topic = serializers.SlugRelatedField(
        slug_field="slug", queryset=Topic.objects.all(), required=False, allow_null=True
    )
    place = serializers.CharField(required=False, allow_blank=True, max_length=200)


class NewThreadNote(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=NOTE_LENGTH)


class Deciding(serializers.Serializer[Any]):
    version = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=LARGEST,
        help_text="Of the thread as you saw it: if more happened since, it is 409.",
    )


class DoneOrNot(Deciding):
    done = serializers.BooleanField(help_text="False opens it again.")


class NewReferral(Deciding):
    command = serializers.SlugRelatedField(slug_field="slug", queryset=Command.objects.all())
    word = serializers.CharField(required=False, allow_blank=True, max_length=1000)


class OfMention(serializers.Serializer[Any]):
    mention = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="Left out, it is the newest."
    )


class NewThreadAnswer(Deciding, OfMention):
    text = serializers.CharField(max_length=TEXT_LENGTH)


class NewIssue(OfMention):
    """What is left out is taken from the mention’s own words and what they suggest."""

    title = serializers.CharField(required=False, max_length=TITLE_LENGTH)
    body = serializers.CharField(required=False, max_length=BODY_LENGTH)
    topic = serializers.SlugRelatedField(
        slug_field="slug", queryset=Topic.objects.all(), required=False, allow_null=True
    )
    place = serializers.CharField(required=False, allow_blank=True, max_length=200)
    approve = serializers.BooleanField(
        required=False, default=False, help_text="On the board at once; for who may moderate."
    )


SAID = {
    "id": 7,
    "kind": "mention",
    "author": "maria",
    "author_name": "Maria",
    "text": "@engage_109 the lamp at Main St is dark",
    "url": "https://x.com/maria/status/7",
    "posted_at": "2026-02-02T08:00:00-05:00",
    "edited_at": None,
    "gone_at": None,
    "hidden_at": None,
}
THREAD = {
    "id": 3,
    "network": "x",
    "account": "engage_109",
    "status": "open",
    "version": 1,
    "topic": "lighting",
    "place": "Main St",
    "suggested_command": None,
    "assigned_to": "officer@example.org",
    "referred_to": None,
    "last_at": "2026-02-02T08:00:00-05:00",
    "waiting_since": "2026-02-02T08:00:00-05:00",
    "answered_at": None,
}
NOTE = {"id": 5, "by": "officer@example.org", "text": "Ask the sergeant.", "at": "2026-02-02T10:00:00-05:00"}
ANSWER = {
    "id": 9,
    "mention": 7,
    "author": "editor@example.org",
    "text": "Thank you. We look at it tonight.",
    "created_at": "2026-02-02T09:00:00-05:00",
    "states": ["ready"],
}
THREAD_DETAIL = {**THREAD, "mentions": [SAID], "answers": [ANSWER], "notes": [NOTE], "why_no_answer": ""}


# --- reading ---------------------------------------------------------------------------------------------


class Inbox(BoardView):
    @extend_schema(
        operation_id="inbox_list",
        tags=["inbox"],
        summary="The conversations: those that wait the longest first, else the newest",
        parameters=[InboxQuery],
        responses={200: ThreadPageSerializer, **api_docs.problems(400, 401, 403, 404)},
        examples=[api_docs.page("A page", {**THREAD, "newest": SAID})],
    )
    @staff(Permission.SEE_DESK)
    def get(self, request: Request, command: Command) -> Response:
        query = query_of(InboxQuery, request)
        after = read_cursor(query["cursor"]) if query.get("cursor") else None
        if query.get("cursor") and after is None:
            raise BadQuery({"cursor": _("This cursor is not one of this list.")})
        wanted = inbox.Wanted(
            tab=query["show"],
            network=query.get("network", ""),
            words=query.get("words", ""),
            mine=me(request) if query["mine"] else None,
        )
        found = inbox.stream(wanted, after, query["limit"] + 1)
        shown = found[: query["limit"]]
        newest: Any = inbox.newest_of(shown)
        for thread in shown:
            thread.newest = newest.get(thread.pk)  # type: ignore[attr-defined]
        more = cursor_of(inbox.place_of(shown[-1], wanted)) if len(found) > len(shown) else ""
        return page_of(request, ThreadLineSerializer, shown, more)


def thread_now(pk: int, status: int = 200) -> Response:
    """A conversation as it stands now."""
    thread: Any = thread_for_desk(pk)
    said: Any = list(thread.mentions.select_related("account").order_by("posted_at", "pk"))
    there = [one for one in said if not one.gone_at]
    answers: Any = inbox.answers_in(thread).select_related("author").prefetch_related("deliveries")
    shown = {
        **ThreadSerializer(thread).data,
        "mentions": MentionSerializer(said, many=True).data,
        "answers": ThreadAnswerSerializer(answers, many=True).data,
        "notes": ThreadNoteSerializer(thread.notes.select_related("by"), many=True).data,
        "why_no_answer": inbox.why_no_answer(there[-1])
        if there
        else _("Nothing of it stands there any more."),
    }
    return Response(shown, status=status)


class InboxThread(BoardView):
    @extend_schema(
        operation_id="inbox_retrieve",
        tags=["inbox"],
        summary="One conversation, with answers and notes",
        responses={200: ThreadDetailSerializer, **api_docs.problems(401, 403, 404)},
        examples=[api_docs.answer("As it is", THREAD_DETAIL)],
    )
    @staff(Permission.SEE_DESK)
    def get(self, request: Request, command: Command, id: int) -> Response:
        return thread_now(id)

    @extend_schema(
        operation_id="inbox_partial_update",
        tags=["inbox"],
        summary="Assign it, or say what it is about",
        request=ThreadChange,
        responses={200: ThreadDetailSerializer, **api_docs.problems(*REFUSALS)},
        examples=[
            api_docs.request("Assign", {"assigned_to": "officer@example.org"}),
            api_docs.answer("Now", THREAD_DETAIL),
        ],
    )
    @staff(Permission.INBOX)
    def patch(self, request: Request, command: Command, id: int) -> Response:
        thread, data = thread_for_desk(id), body_of(ThreadChange, request)
        if "assigned_to" in data:
            inbox.assign(thread=thread, to=_colleague(command, data["assigned_to"]))
        if "topic" in data or "place" in data:
            topic = data["topic"].slug if data.get("topic") else "" if "topic" in data else thread.topic
            inbox.describe(thread=thread, topic=topic, place=data.get("place", thread.place))
        return thread_now(id)


def _colleague(command: Command, email: str | None) -> Any:
    if not email:
        return None
    found = inbox.colleagues(command).filter(email__iexact=email).first()
    if found is None:
        raise exceptions.ValidationError({"assigned_to": _("Nobody of this command has this address.")})
    return found


# --- doing -----------------------------------------------------------------------------------------------


class InboxNotes(BoardView):
    @extend_schema(
        operation_id="inbox_notes_create",
        tags=["inbox"],
        summary="Leave a note to colleagues",
        request=NewThreadNote,
        responses={201: ThreadNoteSerializer, **api_docs.problems(*REFUSALS)},
        examples=[api_docs.request("A note", {"text": NOTE["text"]}), api_docs.answer("Kept", NOTE, 201)],
    )
    @staff(Permission.INBOX)
    def post(self, request: Request, command: Command, id: int) -> Response:
        text = body_of(NewThreadNote, request)["text"]
        note = inbox.add_note(thread=thread_for_desk(id), text=text, by=me(request))
        return Response(ThreadNoteSerializer(note).data, status=201)


def _conflict(stale: inbox.Stale) -> Conflict:
    return Conflict(str(stale), thread_status=stale.thread.status, version=stale.thread.version)


class InboxDone(BoardView):
    @extend_schema(
        operation_id="inbox_done_update",
        tags=["inbox"],
        summary="Nothing more is to do; or open it again",
        request=DoneOrNot,
        responses={200: ThreadDetailSerializer, **api_docs.problems(*DECIDED)},
        examples=[
            api_docs.request("Done", {"done": True, "version": 1}),
            api_docs.answer("Now", {**THREAD_DETAIL, "status": "done", "waiting_since": None}),
        ],
    )
    @staff(Permission.INBOX)
    def put(self, request: Request, command: Command, id: int) -> Response:
        thread, data = thread_for_desk(id), body_of(DoneOrNot, request)
        verb = inbox.finish if data["done"] else inbox.reopen
        try:
            verb(thread=thread, version=data.get("version"))
        except inbox.Stale as stale:
            raise _conflict(stale) from stale
        return thread_now(id)


class InboxReferral(BoardView):
    @extend_schema(
        operation_id="inbox_referral_update",
        tags=["inbox"],
        summary="It is another command’s: they get a copy",
        request=NewReferral,
        responses={200: ThreadDetailSerializer, **api_docs.problems(*DECIDED)},
        examples=[
            api_docs.request("Refer", {"command": "pct-110", "word": "It is your side of the street."}),
            api_docs.answer("Now", {**THREAD_DETAIL, "status": "referred", "referred_to": "pct-110"}),
        ],
    )
    @staff(Permission.INBOX)
    def put(self, request: Request, command: Command, id: int) -> Response:
        thread, data = thread_for_desk(id), body_of(NewReferral, request)
        try:
            inbox.refer(
                thread=thread,
                to=data["command"],
                by=me(request),
                version=data.get("version"),
                word=data.get("word", ""),
            )
        except inbox.Stale as stale:
            raise _conflict(stale) from stale
        except inbox.Refused as refused:
            raise exceptions.ValidationError({refused.field: str(refused)}) from refused
        return thread_now(id)


def _mention(thread: Thread, data: dict[str, Any]) -> Mention:
    """The one that was named, or the newest that stands."""
    rows = thread.mentions.select_related("account", "thread").order_by("-posted_at", "-pk")
    if number := data.get("mention"):
        rows = rows.filter(pk=number)
    found: Mention | None = rows.filter(gone_at=None).first() or rows.first()
    if found is None:
        raise exceptions.ValidationError({"mention": _("There is no such mention in this thread.")})
    return found


class InboxAnswers(BoardView):
    @extend_schema(
        operation_id="inbox_answers_create",
        tags=["inbox"],
        summary="Answer on the account to which it was said",
        description="Sent twice by the same person at once it is said once.",
        request=NewThreadAnswer,
        responses={201: ThreadAnswerSerializer, **api_docs.problems(*DECIDED)},
        examples=[
            api_docs.request("An answer", {"text": ANSWER["text"], "version": 1}),
            api_docs.answer("On its way", ANSWER, 201),
        ],
    )
    @staff(Permission.PUBLISH)
    def post(self, request: Request, command: Command, id: int) -> Response:
        thread, data = thread_for_desk(id), body_of(NewThreadAnswer, request)
        try:
            message = inbox.answer(
                thread=thread,
                mention=_mention(thread, data),
                text=data["text"],
                by=me(request),
                version=data.get("version"),
            )
        except inbox.Stale as stale:
            raise _conflict(stale) from stale
        except inbox.Refused as refused:
            raise exceptions.ValidationError({refused.field: str(refused)}) from refused
        except composing.CannotSay as error:
            raise exceptions.ValidationError({"text": str(error)}) from error
        return Response(ThreadAnswerSerializer(message).data, status=201)


class InboxIssues(BoardView):
    @extend_schema(
        operation_id="inbox_issues_create",
        tags=["inbox"],
        summary="Make what was said an issue of the board",
        description="One mention is one issue: sent again, the same comes back. Whoever said it is told in "
        "a reply once it is acted on.",
        request=NewIssue,
        responses={201: IdeaDetailSerializer, **api_docs.problems(*REFUSALS)},
        examples=[
            api_docs.request("As it was said", {}),
            api_docs.answer("Made", examples.DETAIL, 201),
        ],
    )
    @staff(Permission.INBOX)
    def post(self, request: Request, command: Command, id: int) -> Response:
        thread, data = thread_for_desk(id), body_of(NewIssue, request)
        if data["approve"] and not may(request.user, Permission.MODERATE, command):
            raise Forbidden(_("Your role here does not include this decision."))
        mention = _mention(thread, data)
        given = from_mentions.suggested(thread, mention) | {
            name: data[name] for name in ("title", "body", "topic", "place") if name in data
        }
        idea = from_mentions.make_idea(mention=mention, by=me(request), approve=data["approve"], **given)
        return idea_now(request, command, idea.pk, status=201)
