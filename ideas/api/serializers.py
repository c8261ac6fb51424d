"""The API's shapes: what it takes, checked as strictly as the forms do, and what it gives."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from engage.fields import DegreesField
from engage.markdown import to_html
from ideas import answering, finding, verdicts
from ideas.api.conduct import UnderRule
from ideas.forms import first_line, in_city
from ideas.models import (
    BODY_LENGTH,
    COMMENT_LENGTH,
    DECISION_CHOICES,
    LISTED,
    TITLE_LENGTH,
    Action,
    Agency,
    Comment,
    CommentStatus,
    Idea,
    Precision,
    Status,
    Topic,
)
from ideas.pages.board import STAGES
from ideas.pages.idea import is_author
from ideas.reading import Step
from precincts import participants

MOST = 100
ANNOUNCEMENT_LENGTH = 1000
REASON_LENGTH = 2000
# Also a bound on what the cursor's reader is given.
CURSOR_LENGTH = 200


class VoteValueField(serializers.ChoiceField):
    """1, 0 or -1 as a JSON integer; not "1", 1.0 or true."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[1, 0, -1], **kwargs)

    def to_internal_value(self, data: Any) -> int:  # type: ignore[override]
        if type(data) is not int or data not in (1, 0, -1):
            raise serializers.ValidationError(_("A vote is 1, -1, or 0 to take it back."))
        return data


@extend_schema_field({"oneOf": [{"type": "boolean"}, {"type": "string", "maxLength": ANNOUNCEMENT_LENGTH}]})
class AnnounceField(serializers.Field[Any, Any, Any, Any]):
    """true for the answer's own words, a text for others, false for none. Gives (announce, text)."""

    def to_internal_value(self, data: Any) -> tuple[bool, str]:
        if isinstance(data, bool):
            return data, ""
        if not isinstance(data, str):
            raise serializers.ValidationError(_("Say true, false, or the words of the announcement."))
        text = serializers.CharField(max_length=ANNOUNCEMENT_LENGTH, allow_blank=True).run_validation(data)
        return bool(text), text

    def to_representation(self, value: Any) -> Any:
        return value


# What it takes


class ListQuery(serializers.Serializer[Any]):
    """The parameters of a board's list."""

    sort = serializers.ChoiceField(
        choices=[sort.value for sort in finding.Sort],
        default=finding.Sort.TRENDING.value,
        help_text="`near` also needs `lat` and `lon`.",
    )
    status = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=100,
        help_text="A stage (`heard` is heard or further), or several statuses with commas.",
    )
    topic = serializers.CharField(
        required=False, allow_blank=True, max_length=40, help_text="A topic's slug."
    )
    q = serializers.CharField(required=False, allow_blank=True, max_length=200, help_text="Words.")
    lat = DegreesField(required=False)
    lon = DegreesField(required=False)
    cursor = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=CURSOR_LENGTH,
        help_text="From `next`; not to be made up.",
    )
    limit = serializers.IntegerField(default=finding.PAGE, min_value=1, max_value=MOST)

    def validate_status(self, value: str) -> str:
        known = {*STAGES, *LISTED}
        if unknown := [name for name in value.split(",") if name.strip() and name.strip() not in known]:
            raise serializers.ValidationError(
                _("“%(name)s” is not a status of the board: %(known)s.")
                % {"name": unknown[0], "known": ", ".join(LISTED)}
            )
        return value

    def validate_topic(self, value: str) -> str:
        if value:
            topic_of(value)
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        point = attrs.get("lat"), attrs.get("lon")
        if (attrs["sort"] == finding.Sort.NEAR or point != (None, None)) and not in_city(*point):
            raise serializers.ValidationError({"lat": _("Give lat and lon, a point in the city.")})
        return attrs


class PageQuery(serializers.Serializer[Any]):
    """The parameters of a list that has only one order."""

    cursor = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=CURSOR_LENGTH,
        help_text="From `next`; not to be made up.",
    )
    limit = serializers.IntegerField(default=finding.PAGE, min_value=1, max_value=MOST)


class NewIdea(serializers.Serializer[Any]):
    """An issue to raise."""

    body = serializers.CharField(
        min_length=10,
        max_length=BODY_LENGTH,
        help_text="What is the matter, where and when. Leave out names, plates and phone numbers.",
        error_messages={"min_length": gettext_lazy("A few more words: what is the matter, and where?")},
    )
    title = serializers.CharField(
        required=False,
        allow_blank=True,
        allow_null=True,
        max_length=TITLE_LENGTH,
        help_text="Left out, it is the first line of `body`.",
    )
    topic = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, max_length=40, help_text="A topic's slug."
    )
    place = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, max_length=200, help_text="An address or a corner."
    )
    lat = DegreesField(required=False, allow_null=True)
    lon = DegreesField(required=False, allow_null=True)
    not_now = serializers.BooleanField(
        default=False, help_text="True where it reads like an emergency and is none: see 422."
    )

    def validate_topic(self, value: str | None) -> Topic | None:
        return topic_of(value) if value else None

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        point = attrs.get("lat"), attrs.get("lon")
        if point != (None, None) and not in_city(*point):
            raise serializers.ValidationError(
                {"lat": _("Give lat and lon, a point in the city, or neither.")}
            )
        attrs["title"] = attrs.get("title") or first_line(attrs["body"])
        attrs["place"] = attrs.get("place") or ""
        return attrs


class NewVote(serializers.Serializer[Any]):
    value = VoteValueField(help_text="1 up, -1 down, 0 takes it back.")


class NewComment(serializers.Serializer[Any]):
    body = serializers.CharField(max_length=COMMENT_LENGTH)
    parent = serializers.IntegerField(  # type: ignore[assignment]
        required=False, allow_null=True, min_value=1, help_text="The comment that it answers."
    )


class NewWithdrawal(serializers.Serializer[Any]):
    version = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        help_text="Of the idea as you saw it: if it has changed since, the answer is 409.",
    )


class AlsoSerializer(serializers.Serializer[Any]):
    """Another idea that an answer should serve."""

    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    version = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, help_text="As you saw it: a changed one is left alone."
    )


class NewDecision(UnderRule):
    """A decision on an idea. Which fields an action needs, the errors say."""

    action = serializers.ChoiceField(choices=[*DECISION_CHOICES, (Action.EDIT.value, Action.EDIT.label)])
    version = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        help_text="Of the idea as you saw it: if it has changed since, the answer is 409.",
    )
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=REASON_LENGTH, help_text="To the author."
    )
    answer = serializers.CharField(
        required=False, allow_blank=True, max_length=BODY_LENGTH, help_text="To the public, in Markdown."
    )
    acted_on = serializers.DateField(
        required=False, allow_null=True, help_text="The day on which it was done: today or earlier."
    )
    also = AlsoSerializer(  # type: ignore[call-arg]
        required=False,
        many=True,
        max_length=answering.MOST_ALSO,
        help_text="Ideas that the same answer serves. What became of each stands in the answer's `also`.",
    )
    agency = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=20,
        help_text="To refer: the code of an agency, like `dot`.",
    )
    referred_to = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=120,
        help_text="To refer to somebody else: a name.",
    )
    referred_url = serializers.CharField(required=False, allow_blank=True, max_length=200)
    announce = AnnounceField(
        required=False, help_text="On the command's accounts: true, or the words of the announcement."
    )

    def validate_agency(self, value: str | None) -> Agency | None:
        found = Agency.objects.filter(code=value.lower()).first() if value else None
        if value and found is None:
            raise serializers.ValidationError(_("There is no agency with this code."))
        return found

    def validate_referred_url(self, value: str) -> str:
        return web_address(value) if value else ""


class NewCommentDecision(UnderRule):
    action = serializers.ChoiceField(choices=[Action.APPROVE.value, Action.SCREEN.value])
    version = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        help_text="Of the comment as you saw it, from the queue: if it has changed since, the answer is 409.",
    )
    reason = serializers.CharField(required=False, allow_blank=True, max_length=REASON_LENGTH)


def topic_of(slug: str) -> Topic:
    for topic in finding.topics():
        if topic.slug == slug:
            return topic
    known = ", ".join(topic.slug for topic in finding.topics())
    raise serializers.ValidationError(_("There is no such topic. These are: %(known)s.") % {"known": known})


def web_address(value: str) -> str:
    if not value.startswith(("https://", "http://")):
        raise serializers.ValidationError(_("Give a web address that starts with https://"))
    address: str = serializers.URLField(max_length=200).run_validation(value)
    if not urlsplit(address).hostname:
        raise serializers.ValidationError(_("Give a web address that starts with https://"))
    return address


# What it gives


class PhotoSerializer(serializers.Serializer[Any]):
    url = serializers.SerializerMethodField()
    thumbnail_url = serializers.SerializerMethodField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    alt = serializers.CharField()

    def get_url(self, photo: Any) -> str:
        return _absolute(self, photo.url)

    def get_thumbnail_url(self, photo: Any) -> str:
        return _absolute(self, photo.thumbnail_url)


class AnswerSerializer(serializers.Serializer[Idea]):
    text = serializers.CharField(source="answer", help_text="Markdown, as the command wrote it.")
    html = serializers.SerializerMethodField(help_text="The same, safe to stand on a page.")
    at = serializers.DateTimeField(source="answered_at")
    edited_at = serializers.DateTimeField(
        source="answer_edited_at", allow_null=True, help_text="When it was put in other words, if it was."
    )
    acted_on = serializers.DateField(allow_null=True, help_text="The day on which it was done.")

    def get_html(self, idea: Idea) -> str:
        return to_html(idea.answer)


class AlongSerializer(serializers.Serializer[Idea]):
    """Another idea that the same answer serves."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    url = serializers.SerializerMethodField()

    def get_url(self, idea: Idea) -> str:
        return _absolute(self, idea.get_absolute_url())


class EarlierSerializer(serializers.Serializer[answering.Earlier]):
    text = serializers.CharField(help_text="Markdown.")
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()


class StandingAnswerSerializer(AnswerSerializer):
    """The answer with all that stands beside it on the idea's page."""

    photos = PhotoSerializer(source="standing.photos", many=True)
    before = EarlierSerializer(
        source="standing.before", many=True, help_text="What stood there before it was edited, newest first."
    )
    also = AlongSerializer(
        source="standing.others", many=True, help_text="Other ideas that the same answer serves."
    )


class VerdictsSerializer(serializers.Serializer[Any]):
    """What residents say of the work that stands."""

    round = serializers.IntegerField(help_text="Changes when the command acts anew. Send it with yours.")
    fixed = serializers.IntegerField(help_text="How many say that it is fixed.")
    not_fixed = serializers.IntegerField(help_text="How many say that it is not.")
    mine = serializers.BooleanField(allow_null=True, help_text="Your own; null for none.")


class ReferralSerializer(serializers.Serializer[Idea]):
    to = serializers.CharField(source="referred_to")
    url = serializers.SerializerMethodField(help_text="Where one goes on.")
    agency = serializers.SerializerMethodField(help_text="The agency's code, where it is one of the table.")
    command = serializers.SerializerMethodField(help_text="The command's slug, where it moved to one.")

    def get_url(self, idea: Idea) -> str:
        if idea.moved_to is None:
            return idea.referred_url
        return _absolute(self, reverse("idea", args=[idea.moved_to.slug, idea.moved_to_idea]))

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_agency(self, idea: Idea) -> str | None:
        return idea.agency.code if idea.agency else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_command(self, idea: Idea) -> str | None:
        return idea.moved_to.slug if idea.moved_to else None


class GapSerializer(serializers.Serializer[Any]):
    """A piece that was removed: what stands between `start` and `end` says so."""

    field = serializers.CharField(help_text="`title`, `body` or `place`.")
    start = serializers.IntegerField(help_text="In characters.")
    end = serializers.IntegerField()
    rule = serializers.IntegerField(help_text="The number of the rule.")


class IdeaSerializer(serializers.Serializer[Idea]):
    """An idea as a card shows it."""

    id = serializers.IntegerField()
    url = serializers.SerializerMethodField(help_text="Its page.")
    status = serializers.ChoiceField(choices=Status.choices)
    title = serializers.CharField()
    body = serializers.CharField()
    gaps = GapSerializer(many=True, help_text="Where something was removed under a rule.")
    topic = serializers.SerializerMethodField(help_text="The topic's slug.")
    place = serializers.CharField()
    lat = serializers.FloatField(source="latitude", allow_null=True)
    lon = serializers.FloatField(source="longitude", allow_null=True)
    precision = serializers.ChoiceField(choices=Precision.choices, help_text="How well the place is known.")
    up = serializers.IntegerField()
    down = serializers.IntegerField()
    score = serializers.IntegerField(help_text="`up` less `down`.")
    value = serializers.IntegerField(source="my_vote", help_text="Your own vote: 1, -1, or 0 for none.")
    comment_count = serializers.IntegerField()
    answer = serializers.SerializerMethodField()
    referred = serializers.SerializerMethodField()
    photos = PhotoSerializer(source="photos.all", many=True)
    created_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)

    def get_url(self, idea: Idea) -> str:
        return _absolute(self, idea.get_absolute_url())

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_topic(self, idea: Idea) -> str | None:
        return idea.topic.slug if idea.topic else None

    @extend_schema_field(AnswerSerializer(allow_null=True))
    def get_answer(self, idea: Idea) -> Any:
        return AnswerSerializer(idea).data if idea.answer else None

    @extend_schema_field(ReferralSerializer(allow_null=True))
    def get_referred(self, idea: Idea) -> Any:
        if idea.status not in (Status.REFERRED, Status.MOVED):
            return None
        return ReferralSerializer(idea, context=self.context).data


class StepSerializer(serializers.Serializer[Step]):
    """One step of what happened to an idea."""

    at = serializers.DateTimeField(source="when")
    what = serializers.CharField(help_text="A sentence.")
    status = serializers.ChoiceField(choices=Status.choices, help_text="Where it led.")
    text = serializers.CharField(help_text="What was said with it.")
    rule = serializers.SerializerMethodField(help_text="The number of the rule, where it was screened.")
    links = serializers.ListField(child=serializers.URLField(), help_text="Where it was announced.")

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_rule(self, step: Step) -> int | None:
        return step.rule.number if step.rule else None


class IdeaDetailSerializer(IdeaSerializer):
    """An idea with all that its page shows."""

    version = serializers.IntegerField(help_text="Counts the decisions; send it with yours.")
    answer = serializers.SerializerMethodField()
    verdicts = serializers.SerializerMethodField(
        help_text="Whether residents find it fixed; null where nothing was done, or that is closed."
    )
    mine = serializers.SerializerMethodField(help_text="Whether you raised it.")
    history = StepSerializer(source="steps", many=True, help_text="What happened, oldest first.")

    @extend_schema_field(StandingAnswerSerializer(allow_null=True))
    def get_answer(self, idea: Any) -> Any:
        if not idea.answer:
            return None
        idea.standing = answering.standing(idea)
        return StandingAnswerSerializer(idea, context=self.context).data

    @extend_schema_field(VerdictsSerializer(allow_null=True))
    def get_verdicts(self, idea: Idea) -> Any:
        judged = verdicts.round_of(idea)
        if judged is None:
            return None
        return VerdictsSerializer(
            verdicts.tally(judged, participants.find(self.context["request"]._request))
        ).data

    def get_mine(self, idea: Idea) -> bool:
        return is_author(self.context["request"]._request, idea)


class AlsoResultSerializer(serializers.Serializer[Any]):
    """What became of another idea that an answer should serve."""

    id = serializers.IntegerField()
    answered = serializers.SerializerMethodField()
    detail = serializers.CharField(source="why", help_text="Why it was not; empty where it was.")

    def get_answered(self, served: answering.Served) -> bool:
        return not served.why


class IdeaDecidedSerializer(IdeaDetailSerializer):
    also = AlsoResultSerializer(many=True)


class IdeaPageSerializer(serializers.Serializer[Any]):
    results = IdeaSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")


class TallySerializer(serializers.Serializer[Any]):
    score = serializers.IntegerField()
    up = serializers.IntegerField()
    down = serializers.IntegerField()
    value = serializers.IntegerField(help_text="Your own vote.")


class CommentSerializer(serializers.Serializer[Comment]):
    id = serializers.IntegerField()
    parent = serializers.IntegerField(  # type: ignore[assignment]
        source="parent_id", allow_null=True, help_text="The comment that it answers."
    )
    body = serializers.CharField()
    gaps = GapSerializer(many=True, help_text="Where something was removed under a rule.")
    official = serializers.BooleanField(help_text="Whether the command itself speaks.")
    status = serializers.ChoiceField(
        choices=CommentStatus.choices, help_text="`waiting` is seen by its writer and the desk only."
    )
    created_at = serializers.DateTimeField()


class CommentPageSerializer(serializers.Serializer[Any]):
    results = CommentSerializer(many=True)
    next = serializers.URLField(allow_null=True)


def _absolute(serializer: serializers.BaseSerializer[Any], path: str) -> str:
    return str(serializer.context["request"].build_absolute_uri(path))
