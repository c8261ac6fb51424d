"""A photo, for those who may see what it belongs to."""

from __future__ import annotations

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from ideas import answering, photos
from ideas.models import PUBLIC, Photo, Status
from precincts.access import Permission, in_command, may
from precincts.models import Command


def _belongs_to_the_public(found: Photo) -> bool:
    """Of an idea on the board, or of an answer that stands there."""
    if found.decision_id is not None:
        return answering.is_shown(found)
    return found.idea is not None and found.idea.status in PUBLIC


@require_safe
@in_command
def photo(request: HttpRequest, command: Command, key: UUID, size: str) -> HttpResponseBase:
    """A photo of an idea that the reader may see; a draft's, to who sent it."""
    if size not in photos.SIZES:
        raise Http404
    found = get_object_or_404(Photo.objects.select_related("idea"), key=key)
    public = _belongs_to_the_public(found)
    participant = request.participant  # type: ignore[attr-defined]
    mine = bool(participant) and found.participant_id == participant.pk
    # What its author took back is sealed, from the desk too.
    sealed = found.idea is not None and found.idea.status == Status.WITHDRAWN
    desk = not sealed and may(request.user, Permission.SEE_DESK, command)
    if not (public or mine or desk):
        raise Http404
    try:
        file = default_storage.open(photos.path_of(found, size))
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    return response
