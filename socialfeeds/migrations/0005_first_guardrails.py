"""The guardrails that a city begins with. Later editions are headquarters' own."""

import json
from pathlib import Path

from django.db import migrations

FIRST = Path(__file__).resolve().parent.parent / "data" / "guardrails.json"


def write(apps, editor):
    editions, guardrails = (
        apps.get_model("socialfeeds", name).objects.using(editor.connection.alias)
        for name in ("GuardrailEdition", "Guardrail")
    )
    edition = editions.create(number=1, note="The first edition.")
    for rule in json.loads(FIRST.read_text(encoding="utf-8")):
        guardrails.create(edition=edition, **rule)


class Migration(migrations.Migration):
    dependencies = [("socialfeeds", "0004_keep_what_stood")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
