"""What stood before: the rows that people change keep their olds, under the same walls.

    @tracked("name", "text")
    class SavedReply(TenantModel): ...

gives `SavedReplyEvent`: at each update and delete the OLD row's columns, who changed it, with which role, in
which request or task. PostgreSQL writes it (a trigger of django-pghistory), whatever changed the row. Nothing
is written when a row is made, unless `made=True`, so a history is the olds and the row as it stands. The
runtime login adds to these tables and reads them; it cannot change them (walls.py).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, ClassVar, TypeVar
from uuid import uuid4

import pghistory
import pgtrigger
from celery.signals import task_postrun, task_prerun
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.http import HttpRequest, HttpResponse
from pghistory import runtime
from pghistory.models import Event

from precincts import tenancy
from precincts.tenancy import TenantModel

M = TypeVar("M", bound=type[models.Model])
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
PATH_LENGTH = 200


class SharedEvent(Event):
    """What a row that belongs to no command said before it was changed."""

    pgh_id = models.BigAutoField(primary_key=True)
    objects: ClassVar[Any] = models.Manager()

    class Meta:
        abstract = True


class TenantEvent(SharedEvent, TenantModel):
    """The same of a command's row, behind the command's wall. Its keys may point at what is gone."""

    class Meta:
        abstract = True


def tracked(
    *fields: str,
    made: bool = False,
    changed: pgtrigger.Condition | None = None,
    deleted: pgtrigger.Condition | None = None,
) -> Callable[[M], M]:
    """Keep what `fields` of a model said before they were changed, and who changed them.

    `made` also keeps by whom a row was made: for what only staff make. `changed` and `deleted` narrow which
    updates and deletes count; else all that touch one of the fields, and every delete. Never name a column
    that holds a secret, a participant, or a text that can be redacted.
    """

    def decorate(model: M) -> M:
        trackers: list[Any] = [
            pghistory.UpdateEvent(row=pghistory.Old, **_where(changed)),
            pghistory.DeleteEvent(row=pghistory.Old, **_where(deleted)),
        ]
        if made:
            trackers.append(pghistory.InsertEvent())
        # Where a history is about an idea, it is read by the idea.
        of_idea = [models.Index(fields=["idea"], name=f"{model._meta.model_name}_events_of_idea")]
        pghistory.track(
            *trackers,
            fields=list(fields),
            model_name=f"{model.__name__}Event",
            base_model=TenantEvent if issubclass(model, TenantModel) else SharedEvent,
            obj_field=pghistory.ObjForeignKey(related_name="+", db_index=True),
            context_field=pghistory.ContextJSONField(),
            context_id_field=None,  # type: ignore[arg-type]
            meta={"indexes": of_idea} if "idea" in fields else {},
        )(model)
        return model

    return decorate


def _where(condition: pgtrigger.Condition | None) -> dict[str, Any]:
    return {"condition": condition} if condition else {}


def is_event(model: type[models.Model]) -> bool:
    """Whether the table is a history: added to, and never changed."""
    return issubclass(model, Event)


# --- who, in which request or task -----------------------------------------------------------------------


class Acting:
    """Who changes something in this request. It is asked as late as a row is written: only then is it known
    who signed in, by which token, and whether the view wanted a role."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.id = uuid4().hex

    def as_json(self) -> dict[str, Any]:
        request: Any = self.request
        known = {"request": self.id, "method": request.method}
        if not getattr(request, "acts_as_staff", False):
            # A resident leaves no name here, and no address: it may hold the key of a private link.
            route = request.resolver_match.route if request.resolver_match else ""
            return known | {"route": route[:PATH_LENGTH]}
        token = getattr(request, "auth", None)
        return (
            known
            | {"path": request.path[:PATH_LENGTH], "user": request.user.pk, "roles": _roles(request.user)}
            | ({"token": token.pk} if token is not None else {})
        )


def _roles(user: Any) -> list[str]:
    """The roles that count here: headquarters', and the entered command's."""
    here = tenancy.entered_command_id()
    rows = getattr(user, "engage_memberships", [])
    return sorted({m.role for m in rows if m.command_id is None or here in (None, m.command_id)})


class Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        return o.as_json() if isinstance(o, Acting) else super().default(o)


def acts_as_staff(request: HttpRequest) -> None:
    """What this request changes, it changes in a role: the histories name who asked."""
    request.acts_as_staff = True  # type: ignore[attr-defined]


class HistoryMiddleware:
    """Each change names the request that made it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in CHANGING:
            return self.get_response(request)
        with pghistory.context(by=Acting(request)):
            return self.get_response(request)


_tasks: dict[str, AbstractContextManager[Any]] = {}


@task_prerun.connect
def _begin_task(task_id: str, task: Any, **kwargs: Any) -> None:
    if not hasattr(runtime._tracker, "value"):
        _tasks[task_id] = pghistory.context(by={"task": task.name, "request": task_id})
        _tasks[task_id].__enter__()


@task_postrun.connect
def _end_task(task_id: str, **kwargs: Any) -> None:
    if context := _tasks.pop(task_id, None):
        context.__exit__(None, None, None)
