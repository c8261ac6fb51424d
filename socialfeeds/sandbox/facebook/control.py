"""Facebook's part of the control surface: Pages, what anybody wrote, and dead tokens."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from ..params import InvalidError
from ..views.control import _fields, _past, local
from . import store
from .store import Object, Page


def _page(page: Page) -> dict[str, Any]:
    return {"id": str(page.id), "username": page.username, "name": page.name, "followers": page.followers}


def _thing(found: Object) -> dict[str, Any]:
    return {
        "id": found.name,
        "author": found.author_name,
        "text": found.message,
        "created_at": found.at.isoformat(),
        "under": found.name.partition("_")[0] if found.post else None,
        "hidden": found.hidden,
        "pictures": [{"alt": one.alt, "mime": one.mime} for one in found.photos],
    }


@local
def list_pages(request: HttpRequest) -> HttpResponse:
    """GET /sandbox/facebook/pages."""
    return JsonResponse({"pages": [_page(one) for one in store.pages()]})


@local
def save_page(request: HttpRequest) -> HttpResponse:
    """POST /sandbox/facebook/pages."""
    found = _fields(request, username=str, name=str, manager=str, token=str, followers=int)
    if not found.get("username", "").isidentifier():
        raise InvalidError("The username must be letters, digits or underscores", username="")
    page = store.save_page(
        username=found["username"],
        name=found.get("name") or found["username"],
        manager=found.get("manager") or "Pat Manager",
        token=found.get("token", ""),
        followers=found.get("followers", 0),
    )
    return JsonResponse(_page(page), status=201)


def _wanted_page(name: str) -> Page:
    page = store.page_by(name)
    if not page:
        raise InvalidError("No Page has that name", page=name)
    return page


@local
def list_posts(request: HttpRequest) -> HttpResponse:
    """GET /sandbox/facebook/posts?page=: what stands on a Page, comments too, newest first."""
    page = _wanted_page(request.GET.get("page", ""))
    found = store.listed("o.wall = ?", page.id, newest_first=True, since=0, after=0, limit=100_000)
    return JsonResponse({"posts": [_thing(one) for one in found]})


@local
def write_post(request: HttpRequest) -> HttpResponse:
    """POST /sandbox/facebook/posts: on a Page, with it tagged, or under something."""
    found = _fields(request, page=str, author=str, text=str, under=str, where=str, created_at=str)
    if not found.get("author") or not found.get("text"):
        raise InvalidError("[author] and [text] must be given", author="")
    under = store.object_by(found["under"]) if found.get("under") else None
    if found.get("under") and not under:
        raise InvalidError("[under] is not here", under=found["under"])
    if found.get("where", "page") not in {"page", "tag"}:
        raise InvalidError("[where] is not one of [page,tag]", where=found["where"])
    made = store.write(
        author=found["author"],
        message=found["text"],
        page=None if under else _wanted_page(found.get("page", "")),
        tagging=found.get("where") == "tag",
        under=under,
        at_ms=_past(found.get("created_at")),
    )
    return JsonResponse(_thing(made), status=201)


@local
def change_password(request: HttpRequest) -> HttpResponse:
    """POST /sandbox/facebook/dead: every token that came by way of this person dies."""
    found = _fields(request, manager=str)
    return JsonResponse({"tokens": store.kill_tokens(found.get("manager") or "Pat Manager")})
