"""The rule that something is done under, as machines name it: a number, and the edition that they read."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from engage.problems import Conflict
from ideas import conduct
from ideas.models import Rule
from ideas.moderating import Refused


class UnderRule(serializers.Serializer[Any]):
    """Something that is done under a rule of the code of conduct. What is read is the rule itself."""

    rule = serializers.IntegerField(required=False, allow_null=True, help_text="The number of the rule.")
    edition = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=32_767,
        help_text="The edition of the code of conduct that you read: if the rule says something else by now, "
        "the answer is 409. Left out, it is the one in force.",
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        edition = data.pop("edition", None)
        if data.get("rule") is not None:
            data["rule"] = _rule_as_read(data["rule"], edition)
        return data


def _rule_as_read(number: int, edition: int | None) -> Rule:
    try:
        return conduct.rule_as_read(number=number, edition=edition)
    except conduct.RuleChanged as changed:
        raise Conflict(
            str(changed),
            edition=changed.edition.number,
            rule_then=_words(changed.then),
            rule_now=_words(changed.now) if changed.now else None,
        ) from changed
    except Refused as refused:
        raise serializers.ValidationError({refused.field: str(refused)}) from refused


def _words(rule: Rule) -> dict[str, Any]:
    return {"number": rule.number, "title": rule.title, "text": rule.text}
