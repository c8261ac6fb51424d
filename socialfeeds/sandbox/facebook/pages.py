"""Facebook's pages for people: who is here, what stands on a Page, and a form to write on it."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from ..shown import POSTS_A_PAGE, Image, Listed, Shown, WriteForm, listing, wall
from . import store
from .store import Object, Page

NETWORK = "Facebook"


class VisitForm(WriteForm):
    """On the Page itself, or elsewhere with the Page tagged."""

    where = forms.ChoiceField(
        label=gettext_lazy("Where"),
        choices=[
            ("page", gettext_lazy("On this Page")),
            ("tag", gettext_lazy("On your own wall, with this Page tagged")),
        ],
    )


def _shown(found: Object) -> Shown:
    page = store.page_by(found.author)
    note = ""
    if found.parent:
        note = _("Answers a comment")
    elif found.hidden:
        note = _("Hidden: only its author and their friends see it")
    return Shown(
        id=found.name,
        name=found.author_name,
        handle="",
        path=reverse("facebook:thing", args=[found.name]),
        home=reverse("facebook:page", args=[found.author]) if page else "",
        at=found.at,
        text=found.message,
        ours=bool(page),
        note=note,
        images=[Image(reverse("facebook:photo", args=[one.id]), one.alt) for one in found.photos],
    )


def _listed(which: str, *values: Any, newest_first: bool) -> list[Shown]:
    found = store.listed(which, *values, newest_first=newest_first, since=0, after=0, limit=POSTS_A_PAGE)
    return [_shown(one) for one in found]


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Every Page."""
    accounts = [
        Listed(
            one.name,
            f"@{one.username}",
            reverse("facebook:page", args=[one.id]),
            len(_listed(store.ON_WALL, one.id, newest_first=True)),
        )
        for one in store.pages()
    ]
    return listing(request, network=NETWORK, accounts=accounts)


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, page_id: int) -> HttpResponse:
    """A Page's wall, what tags it, and the form of a neighbor."""
    found = store.page_by(page_id) if page_id < 2**63 else None
    if not found:
        raise Http404
    form = VisitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = store.write(
            author=_name(said["name"], found),
            message=said["text"],
            page=found,
            tagging=said["where"] == "tag",
        )
        return redirect(f"{request.path}?sent={made.name}")
    posts = _listed(store.ON_WALL, found.id, newest_first=True)
    posts += _listed(store.TAGGING, found.id, newest_first=True)
    return wall(
        request,
        form=form,
        network=NETWORK,
        title=found.name,
        face=found.name,
        subtitle=f"@{found.username}",
        posts=sorted(posts, key=lambda one: one.at, reverse=True),
        heading=_("Write to this Page"),
        hint=_("Post as a neighbor would."),
        button=_("Post as a neighbor"),
    )


@require_http_methods(["GET", "POST"])
def thing(request: HttpRequest, name: str) -> HttpResponse:
    """A post with its comments, or a comment with its answers; the form writes under it."""
    found = store.object_by(name)
    if not found:
        raise Http404
    form = WriteForm(request.POST or None)
    above = store.page_by(found.wall)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = store.write(author=_name(said["name"], above), message=said["text"], under=found)
        return redirect(f"{request.path}?sent={made.name}")
    top = store.object_at(found.post) if found.post else None
    return wall(
        request,
        form=form,
        network=NETWORK,
        title=_("Post of %(name)s") % {"name": found.author_name},
        face=found.author_name,
        subtitle=_("All posts of the Page") if above else _("All Pages"),
        back=reverse("facebook:page", args=[above.id]) if above else reverse("facebook:home"),
        posts=[
            *([_shown(top)] if top else []),
            _shown(found),
            *_listed(store.UNDER, found.id, newest_first=False),
        ],
        this=found.name,
        heading=_("Comment"),
        hint=_("Comment as a neighbor would."),
        button=_("Comment as a neighbor"),
    )


def _name(typed: str, page: Page | None) -> str:
    """A neighbor may be called like a Page, and is somebody else all the same."""
    return f"{typed} (neighbor)" if page and typed.lower() == page.name.lower() else typed


@require_GET
def photo(request: HttpRequest, number: int) -> HttpResponse:
    """A picture that stands in a post."""
    found = store.photo_data(number) if number < 2**63 else None
    if not found:
        raise Http404
    return HttpResponse(found[0], content_type=found[1])
