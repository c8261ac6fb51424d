"""The next edition of the course: a copy of the one in force that is changed at leisure, then published.

What is published never changes: attempts and certificates point at it. Only what is open() is written in.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from precincts.models import User
from socialfeeds.models import Course, Lesson, Question, Scenario
from socialfeeds.training import course_now


class CannotPublish(ValueError):
    """This is no course yet. The text says what is missing."""


def draft() -> Course | None:
    """The edition that is being written; there is one at most."""
    return Course.objects.filter(published_at=None).order_by("-number").first()


def begin() -> Course:
    """The draft, made as a copy of the course in force where there is none."""
    with transaction.atomic():
        # Whoever begins at the same moment waits here.
        list(Course.objects.select_for_update().order_by("number")[:1])
        if found := draft():
            return found
        now = course_now()
        number = (Course.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        if now is None:
            return Course.objects.create(number=number)
        return _copy(now, number)


def _copy(course: Course, number: int) -> Course:
    made = Course.objects.create(
        number=number,
        questions_asked=course.questions_asked,
        questions_right=course.questions_right,
        lasts_days=course.lasts_days,
    )
    for lesson in course.lessons.prefetch_related("scenarios"):
        row = Lesson.objects.create(course=made, place=lesson.place, title=lesson.title, body=lesson.body)
        Scenario.objects.bulk_create(
            Scenario(lesson=row, place=one.place, text=one.text, may_post=one.may_post, why=one.why)
            for one in lesson.scenarios.all()
        )
    Question.objects.bulk_create(
        Question(course=made, place=one.place, text=one.text, choices=one.choices, why=one.why)
        for one in course.questions.all()
    )
    return made


def discard(course: Course) -> None:
    """Away with what was never published."""
    Course.objects.filter(pk=course.pk, published_at=None).delete()


def publish(*, course: Course, note: str, by: User) -> Course:
    """In force from this moment. Certificates that were given stay. Raises CannotPublish."""
    with transaction.atomic():
        found = Course.objects.select_for_update().filter(pk=course.pk, published_at=None).first()
        if found is None:
            raise CannotPublish(_("This edition was published or discarded meanwhile."))
        if not found.lessons.exists():
            raise CannotPublish(_("Write at least one lesson."))
        if found.questions.count() < found.questions_asked:
            raise CannotPublish(_("The bank has fewer questions than the quiz asks."))
        if found.questions_right > found.questions_asked:
            raise CannotPublish(_("The quiz asks fewer questions than must be right."))
        found.note, found.published_by, found.published_at = note, by, timezone.now()
        found.save()
    return found


def keep_lesson(
    *, course: Course, lesson: Lesson | None, scenarios: list[dict[str, Any]], **fields: Any
) -> Lesson:
    """A lesson of a draft with its scenarios, in their order."""
    with transaction.atomic():
        row = lesson or Lesson(course=course)
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()
        row.scenarios.all().delete()
        Scenario.objects.bulk_create(
            Scenario(lesson=row, place=place, **scenario) for place, scenario in enumerate(scenarios, start=1)
        )
    return row


def next_place(rows: Any) -> int:
    return (rows.aggregate(last=Max("place"))["last"] or 0) + 1
