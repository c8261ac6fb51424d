"""One's notices: the page, the count in the header, and reading them."""

from __future__ import annotations

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ideas.notices import contacts, inbox

BIGGEST = 2**63 - 1


@require_safe
@never_cache
def notices(request: HttpRequest) -> HttpResponse:
    """Newest first. With htmx and a cursor it answers with the next ones alone."""
    participant, cursor = request.participant, request.GET.get("cursor", "")  # type: ignore[attr-defined]
    page = inbox.Page([], "")
    if participant:
        try:
            page = inbox.read_page(participant, cursor)
        except (signing.BadSignature, ValueError, TypeError):
            messages.info(request, _("That page is gone. Here is the list from its top."))
            return redirect("notices")
    template = "ideas/notices.html"
    if request.htmx and cursor:  # type: ignore[attr-defined]
        template += "#groups"
    newest = max((line.pk for group in page.groups for line in group.lines), default=0)
    return render(
        request,
        template,
        {
            "groups": page.groups,
            "next_url": f"?cursor={page.next_cursor}" if page.next_cursor else "",
            "newest": newest,
            "contact": contacts.of(participant) if participant else None,
        },
    )


@require_safe
@never_cache
def notices_count(request: HttpRequest) -> HttpResponse:
    """The link in the header with its count, for who looks at a page for long."""
    return render(request, "components/notices_link.html")


@require_POST
def read_notices(request: HttpRequest) -> HttpResponse:
    """Mark as read: `idea` one issue's, else all; up to `newest`, so that nothing is read unseen."""
    participant = request.participant  # type: ignore[attr-defined]
    asked = {"idea_id": request.POST.get("idea"), "before": request.POST.get("newest")}
    numbers = {name: _number(text) for name, text in asked.items() if text is not None}
    # What names something that cannot be names nothing, and not everything.
    if participant and None not in numbers.values():
        inbox.mark_read(participant, **numbers)
    return redirect("notices")


def _number(text: str) -> int | None:
    return min(int(text), BIGGEST) if text.isascii() and text.isdigit() and len(text) < 20 else None
