"""The course that a city begins with. Later editions are headquarters' own."""

import json
from pathlib import Path

from django.db import migrations
from django.utils import timezone

FIRST = Path(__file__).resolve().parent.parent / "data" / "course.json"


def write(apps, editor):
    courses, lessons, scenarios, questions = (
        apps.get_model("socialfeeds", name).objects.using(editor.connection.alias)
        for name in ("Course", "Lesson", "Scenario", "Question")
    )
    first = json.loads(FIRST.read_text(encoding="utf-8"))
    written, asked = first.pop("lessons"), first.pop("questions")
    course = courses.create(number=1, note="The first edition.", published_at=timezone.now(), **first)
    for place, lesson in enumerate(written, start=1):
        shown = lesson.pop("scenarios")
        row = lessons.create(course=course, place=place, **lesson)
        for at, scenario in enumerate(shown, start=1):
            scenarios.create(lesson=row, place=at, **scenario)
    for place, question in enumerate(asked, start=1):
        questions.create(course=course, place=place, **question)


class Migration(migrations.Migration):
    dependencies = [("socialfeeds", "0005_first_guardrails")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
