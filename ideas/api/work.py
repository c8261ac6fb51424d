"""The desk's work beside deciding, for machines: looking, assigning, notes, labels, replies, undoing."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engage import api_docs
from engage.problems import Conflict
from ideas import claiming, moderating, undoing, working
from ideas.api import examples
from ideas.api.common import BoardView, body_of, idea_now, staff
from ideas.api.serializers import CommentSerializer, IdeaDetailSerializer
from ideas.desk.lists import idea_for_desk
from ideas.models import (
    BODY_LENGTH,
    Appeal,
    Claim,
    Comment,
    Decision,
    Idea,
    IdeaLabel,
    Note,
    SavedReply,
)
from precincts.access import Permission
from precincts.models import Command, User

NOTE_LENGTH = 2000
MOST_LABELS = 30
REFUSALS = (400, 401, 403, 404)


def me(request: Request) -> User:
    assert not isinstance(request.user, AnonymousUser)
    return request.user


# --- who looks at it -----------------------------------------------------------------------------------


class ClaimSerializer(serializers.Serializer[Claim]):
    by = serializers.SerializerMethodField(help_text="Who looks at it, by the name in their address.")
    mine = serializers.SerializerMethodField(help_text="False where somebody else was there before you.")
    until = serializers.DateTimeField(help_text="When it lapses; send it again before.")

    def get_by(self, claim: Claim) -> str:
        return claiming.name_of(claim.user)

    def get_mine(self, claim: Claim) -> bool:
        return claim.user_id == self.context["request"].user.pk


CLAIM = {"by": "moderator", "mine": True, "until": "2026-02-02T08:07:00-05:00"}


def _claim_schema(what: str, verb: str) -> Any:
    put = verb == "update"
    return extend_schema(
        operation_id=f"{what}_claim_{verb}",
        tags=["desk"],
        summary="Say that you look at it" if put else "Let go of it",
        description="It lapses after two minutes, and binds nobody: versions do.",
        request=None,
        responses={
            **({200: ClaimSerializer} if put else {204: None}),
            **api_docs.problems(401, 403, 404),
        },
        examples=[api_docs.answer("Yours", CLAIM)] if put else [],
    )


class _Claim(BoardView):
    kind = ""

    def item(self, pk: int) -> Idea | Comment:
        raise NotImplementedError

    def claim(self, request: Request, pk: int) -> Response:
        claim = claiming.claim(kind=self.kind, item=self.item(pk).pk, by=me(request))
        return Response(ClaimSerializer(claim, context={"request": request}).data)

    def release(self, request: Request, pk: int) -> Response:
        claiming.release(kind=self.kind, item=self.item(pk).pk, by=me(request))
        return Response(status=204)


class IdeaClaim(_Claim):
    kind = "idea"

    def item(self, pk: int) -> Idea:
        return idea_for_desk(pk)

    @_claim_schema("idea", "update")
    @staff(Permission.MODERATE)
    def put(self, request: Request, command: Command, id: int) -> Response:
        return self.claim(request, id)

    @_claim_schema("idea", "destroy")
    @staff(Permission.MODERATE)
    def delete(self, request: Request, command: Command, id: int) -> Response:
        return self.release(request, id)


class CommentClaim(_Claim):
    kind = "comment"

    def item(self, pk: int) -> Comment:
        return get_object_or_404(Comment, pk=pk)

    @_claim_schema("comment", "update")
    @staff(Permission.MODERATE)
    def put(self, request: Request, command: Command, id: int) -> Response:
        return self.claim(request, id)

    @_claim_schema("comment", "destroy")
    @staff(Permission.MODERATE)
    def delete(self, request: Request, command: Command, id: int) -> Response:
        return self.release(request, id)


# --- who takes it on, by when, under which labels ----------------------------------------------------


class WorkSerializer(serializers.Serializer[Idea]):
    """What the desk keeps beside an issue. Residents see none of it."""

    assigned_to = serializers.EmailField(source="assigned_to.email", allow_null=True, default=None)
    due_on = serializers.DateField(allow_null=True)
    labels = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_labels(self, idea: Idea) -> list[str]:
        rows = IdeaLabel.objects.filter(idea=idea).order_by("label__name")
        return list(rows.values_list("label__name", flat=True))


class NewWork(serializers.Serializer[Any]):
    """What is left out stays as it is."""

    assigned_to = serializers.CharField(
        required=False,
        allow_null=True,
        max_length=254,
        help_text="The address of one of the command’s people.",
    )
    due_on = serializers.DateField(required=False, allow_null=True)
    labels = serializers.ListField(
        required=False,
        max_length=MOST_LABELS,
        child=serializers.CharField(max_length=40),
        help_text="These and no others; new ones are made.",
    )


WORK = {"assigned_to": "officer@example.org", "due_on": "2026-02-14", "labels": ["Lamps"]}


class Work(BoardView):
    @extend_schema(
        operation_id="work_retrieve",
        tags=["desk"],
        summary="Who works on it, by when, and its labels",
        responses={200: WorkSerializer, **api_docs.problems(401, 403, 404)},
        examples=[api_docs.answer("As it is", WORK)],
    )
    @staff(Permission.SEE_DESK)
    def get(self, request: Request, command: Command, id: int) -> Response:
        return Response(WorkSerializer(idea_for_desk(id)).data)

    @extend_schema(
        operation_id="work_partial_update",
        tags=["desk"],
        summary="Assign it, set its day, or its labels",
        request=NewWork,
        responses={200: WorkSerializer, **api_docs.problems(*REFUSALS)},
        examples=[
            api_docs.request("Assign", {"assigned_to": WORK["assigned_to"]}),
            api_docs.answer("Now", WORK),
        ],
    )
    @staff(Permission.MODERATE)
    def patch(self, request: Request, command: Command, id: int) -> Response:
        idea, data = idea_for_desk(id), body_of(NewWork, request)
        if "assigned_to" in data:
            working.assign(idea=idea, to=_officer(command, data["assigned_to"]))
        if "due_on" in data:
            working.set_due(idea=idea, on=data["due_on"])
        if "labels" in data:
            names = {name.lower(): name for name in data["labels"]}
            working.set_labels(idea=idea, new=names.values())
        return Response(WorkSerializer(idea_for_desk(id)).data)


def _officer(command: Command, email: str | None) -> User | None:
    if not email:
        return None
    officer = working.officers(command).filter(email__iexact=email).first()
    if officer is None:
        raise exceptions.ValidationError({"assigned_to": _("Nobody of this command has this address.")})
    return officer


# --- notes and replies -------------------------------------------------------------------------------


class NoteSerializer(serializers.Serializer[Note]):
    id = serializers.IntegerField(read_only=True)
    author = serializers.EmailField(source="author.email", read_only=True)
    text = serializers.CharField(max_length=NOTE_LENGTH)
    created_at = serializers.DateTimeField(read_only=True)


class NotesSerializer(serializers.Serializer[Any]):
    results = NoteSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="Always null: they come all at once.")


class NewNote(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=NOTE_LENGTH)


NOTE = {
    "id": 5,
    "author": "officer@example.org",
    "text": "Called the agency.",
    "created_at": "2026-02-02T10:00:00-05:00",
}


class Notes(BoardView):
    @extend_schema(
        operation_id="notes_list",
        tags=["desk"],
        summary="The notes between colleagues, oldest first",
        responses={200: NotesSerializer, **api_docs.problems(401, 403, 404)},
        examples=[api_docs.page("All", NOTE)],
    )
    @staff(Permission.MODERATE)
    def get(self, request: Request, command: Command, id: int) -> Response:
        rows: Any = Note.objects.filter(idea=idea_for_desk(id)).select_related("author")
        return Response({"results": NoteSerializer(rows, many=True).data, "next": None})

    @extend_schema(
        operation_id="notes_create",
        tags=["desk"],
        summary="Leave a note to colleagues",
        request=NewNote,
        responses={201: NoteSerializer, **api_docs.problems(*REFUSALS)},
        examples=[api_docs.request("A note", {"text": NOTE["text"]}), api_docs.answer("Kept", NOTE, 201)],
    )
    @staff(Permission.MODERATE)
    def post(self, request: Request, command: Command, id: int) -> Response:
        idea, text = idea_for_desk(id), body_of(NewNote, request)["text"]
        return Response(
            NoteSerializer(working.add_note(idea=idea, text=text, by=me(request))).data, status=201
        )


class ReplySerializer(serializers.Serializer[SavedReply]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    text = serializers.CharField(help_text="With what is filled in for each issue in braces.")


class RepliesSerializer(serializers.Serializer[Any]):
    results = ReplySerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="Always null: they come all at once.")


class NewReply(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60)
    text = serializers.CharField(max_length=BODY_LENGTH)

    def validate_text(self, text: str) -> str:
        if unknown := working.unknown_placeholders(text):
            raise serializers.ValidationError(
                _("There is no {%(name)s}. What can be filled in: %(known)s")
                % {"name": unknown[0], "known": ", ".join(working.PLACEHOLDERS)}
            )
        return text


REPLY = {"id": 2, "name": "Lamp", "text": "We passed “{title}” on to the lamp’s agency."}
REPLY_SENT = {"name": REPLY["name"], "text": REPLY["text"]}


def _save_reply(reply: SavedReply, request: Request) -> SavedReply:
    data = body_of(NewReply, request)
    try:
        return working.save_reply(reply=reply, name=data["name"], text=data["text"], by=me(request))
    except SavedReply.DoesNotExist as error:
        raise exceptions.NotFound from error
    except moderating.Refused as refused:
        raise exceptions.ValidationError({refused.field: str(refused)}) from refused


class Replies(BoardView):
    @extend_schema(
        operation_id="replies_list",
        tags=["desk"],
        summary="The saved replies",
        responses={200: RepliesSerializer, **api_docs.problems(401, 403, 404)},
        examples=[api_docs.page("All", REPLY)],
    )
    @staff(Permission.MODERATE)
    def get(self, request: Request, command: Command) -> Response:
        rows: Any = SavedReply.objects.all()
        return Response({"results": ReplySerializer(rows, many=True).data, "next": None})

    @extend_schema(
        operation_id="replies_create",
        tags=["desk"],
        summary="Save a reply",
        request=NewReply,
        responses={201: ReplySerializer, **api_docs.problems(*REFUSALS)},
        examples=[api_docs.request("One", REPLY_SENT), api_docs.answer("Saved", REPLY, 201)],
    )
    @staff(Permission.MODERATE)
    def post(self, request: Request, command: Command) -> Response:
        return Response(ReplySerializer(_save_reply(SavedReply(), request)).data, status=201)


class ReplyDetail(BoardView):
    @extend_schema(
        operation_id="replies_update",
        tags=["desk"],
        summary="Change a saved reply",
        request=NewReply,
        responses={200: ReplySerializer, **api_docs.problems(*REFUSALS)},
        examples=[api_docs.request("One", REPLY_SENT), api_docs.answer("Saved", REPLY)],
    )
    @staff(Permission.MODERATE)
    def put(self, request: Request, command: Command, id: int) -> Response:
        return Response(ReplySerializer(_save_reply(get_object_or_404(SavedReply, pk=id), request)).data)

    @extend_schema(
        operation_id="replies_destroy",
        tags=["desk"],
        summary="Remove a saved reply",
        responses={204: None, **api_docs.problems(401, 403, 404)},
    )
    @staff(Permission.MODERATE)
    def delete(self, request: Request, command: Command, id: int) -> Response:
        working.remove(row=get_object_or_404(SavedReply, pk=id))
        return Response(status=204)


# --- taking back, and what was dealt with ----------------------------------------------------------------


class CommentUndo(BoardView):
    @extend_schema(
        operation_id="comment_decisions_undo",
        tags=["desk"],
        summary="Take your last decision on a comment back, within a minute",
        request=None,
        responses={200: CommentSerializer, **api_docs.problems(401, 403, 404, 409)},
        examples=[api_docs.answer("As it was", examples.COMMENT)],
    )
    @staff(Permission.MODERATE)
    def post(self, request: Request, command: Command, id: int) -> Response:
        comment = get_object_or_404(Comment, pk=id)
        decision = comment.decisions.filter(undone_at=None).order_by("-version", "-pk").first()
        if decision is None:
            raise Conflict(_("It is too late to undo this."), comment_status=comment.status)
        _undo(decision, request)
        return Response(CommentSerializer(Comment.objects.get(pk=id)).data)


class IdeaUndo(BoardView):
    @extend_schema(
        operation_id="idea_decisions_undo",
        tags=["desk"],
        summary="Take your last decision on an issue back, within a minute",
        description="Nobody is told of a decision before. 409 where it is too late, or another’s.",
        request=None,
        responses={200: IdeaDetailSerializer, **api_docs.problems(401, 403, 404, 409)},
        examples=[api_docs.answer("As it was", examples.FRESH)],
    )
    @staff(Permission.MODERATE)
    def post(self, request: Request, command: Command, id: int) -> Response:
        idea = get_object_or_404(Idea.objects.defer("search"), pk=id)
        rows = idea.decisions.filter(undone_at=None, comment=None).order_by("-version", "-pk")
        decision = rows.first()
        if decision is None:
            raise Conflict(_("It is too late to undo this."), idea_status=idea.status, version=idea.version)
        _undo(decision, request)
        return idea_now(request, command, idea.pk)


def _undo(decision: Decision, request: Request) -> None:
    try:
        undoing.undo(decision=decision, by=me(request))
    except moderating.Stale as stale:
        raise Conflict(str(stale), version=stale.item.version) from stale
    except moderating.Refused as refused:
        raise Conflict(str(refused)) from refused


class KeptSerializer(serializers.Serializer[Any]):
    handled = serializers.IntegerField(help_text="How many reports are dealt with now.")


class NewKeep(serializers.Serializer[Any]):
    upto = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        help_text="The newest report that you looked at; see `key` in the queue.",
    )


def _keep_schema(what: str) -> Any:
    return extend_schema(
        operation_id=f"{what}_keep",
        tags=["desk"],
        summary="No rule is broken: it stays, and its reports are dealt with",
        request=NewKeep,
        responses={200: KeptSerializer, **api_docs.problems(*REFUSALS)},
        examples=[api_docs.request("Up to this one", {"upto": 8}), api_docs.answer("Done", {"handled": 2})],
    )


class IdeaKeep(BoardView):
    @_keep_schema("idea")
    @staff(Permission.MODERATE)
    def post(self, request: Request, command: Command, id: int) -> Response:
        item, upto = idea_for_desk(id), body_of(NewKeep, request)["upto"]
        return Response({"handled": working.keep(item=item, by=me(request), upto=upto)})


class CommentKeep(BoardView):
    @_keep_schema("comment")
    @staff(Permission.MODERATE)
    def post(self, request: Request, command: Command, id: int) -> Response:
        item, upto = get_object_or_404(Comment, pk=id), body_of(NewKeep, request)["upto"]
        return Response({"handled": working.keep(item=item, by=me(request), upto=upto)})


class OutcomeNoted(BoardView):
    @extend_schema(
        operation_id="outcome_noted",
        tags=["desk"],
        summary="Say that the desk has read how an appeal was decided",
        request=None,
        responses={204: None, **api_docs.problems(401, 403, 404)},
    )
    @staff(Permission.MODERATE)
    def post(self, request: Request, command: Command, id: int) -> Response:
        working.take_note(appeal=get_object_or_404(Appeal, pk=id), by=me(request))
        return Response(status=204)
