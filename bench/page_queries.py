"""How many queries each page asks, and how much of the time is theirs.

    .venv/bin/python bench/page_queries.py [SLUG]

Runs in this process against the database of ENGAGE_HOME (start `make run` once to fill it), each page
twice, the second counted. Transaction control is left out: BEGIN, COMMIT, savepoints.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engage.settings")
os.environ.setdefault("ENGAGE_DEMO", "1")
os.environ.setdefault("ENGAGE_LOG_LEVEL", "ERROR")

CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
PAGES = {
    "": [
        "/",
        "/find/?q=11354",
        "/commands/",
        "/conduct/",
        "/{slug}/",
        "/{slug}/ideas/",
        "/{slug}/ideas/?sort=newest&q=street",
        "/{slug}/ideas/{idea}/",
        "/{slug}/ideas/new/",
        "/{slug}/weigh-in/",
        "/api/v1/locate/?zip=11354",
        "/api/v1/commands/{slug}/ideas/",
    ],
    "resident": ["/{slug}/", "/{slug}/ideas/", "/{slug}/ideas/{idea}/"],
    "moderator": ["/{slug}/ideas/", "/{slug}/desk/", "/{slug}/desk/ideas/{idea}/", "/{slug}/desk/voice/"],
    "commander": ["/{slug}/desk/?show=unanswered", "/{slug}/desk/settings/"],
    "reviewer": ["/headquarters/"],
}


def main(slug: str) -> None:
    from engage import embedded

    embedded.ensure()
    import django

    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]
    from ideas.models import Idea
    from precincts import tenancy
    from precincts.models import Command

    with tenancy.enter(Command.objects.get(slug=slug)):
        idea = Idea.objects.listed().order_by("-score").values_list("pk", flat=True).first()
    print(f"{'who':<10} {'queries':>7} {'of them, ms':>12} {'page, ms':>9}  page")
    for who, pages in PAGES.items():
        for page in pages:
            measure(who, page.format(slug=slug, idea=idea))


def measure(who: str, page: str) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from precincts.models import User

    client = Client()
    if who:
        client.force_login(User.objects.get(email=f"{who}@demo.example"))
    client.get(page)
    with CaptureQueriesContext(connection) as captured:
        began = time.perf_counter()
        status = client.get(page).status_code
        took = (time.perf_counter() - began) * 1000
    asked = [query for query in captured.captured_queries if not query["sql"].startswith(CONTROL)]
    theirs = sum(float(query["time"]) for query in asked) * 1000
    print(f"{who or 'anybody':<10} {len(asked):>7} {theirs:>12.0f} {took:>9.0f}  {page} {status}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "pct-109")
