"""What is no longer needed goes, unless a legal hold says that it stays. The record itself never goes."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from socialfeeds import record
from socialfeeds.models import Attachment, Delivery, Status

# A withdrawn draft can be taken up again for so long.
STRAY_AFTER = timedelta(days=30)


def forget_stray_pictures() -> int:
    """Delete the pictures of the entered command's drafts that were withdrawn long ago and never left."""
    old = Attachment.objects.filter(
        message__status=Status.WITHDRAWN, message__changed_at__lt=timezone.now() - STRAY_AFTER
    )
    tried = Delivery.objects.filter(attempt__gt=0).values("message")
    strays = old.exclude(message__in=tried).select_related("message").select_for_update(of=("self",))
    free = [one for one in strays if not _is_held(one)]
    Attachment.objects.filter(pk__in=[one.pk for one in free]).delete()
    paths = [one.path for one in free]
    # A file without a row is harmless, a row without a file is not.
    transaction.on_commit(lambda: _delete(paths))
    return len(free)


def _is_held(one: Attachment) -> bool:
    message = one.message
    accounts = message.deliveries.values_list("account", flat=True)
    return bool(record.held(since=message.created_at, until=message.changed_at, accounts=accounts))


def _delete(paths: list[str]) -> None:
    for path in paths:
        default_storage.delete(path)
