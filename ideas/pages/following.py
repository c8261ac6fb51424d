"""What one follows, and where notices go: no account needed, and no script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ideas.models import PUBLIC, Follow, FollowKind, Idea
from ideas.notices import contacts, following
from ideas.notices.forms import ContactForm, PlaceForm, TopicForm
from ideas.notices.reading import listed
from ideas.pages.leading import next_page
from precincts import limits, participants, tenancy
from precincts.models import Command


@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, status: int = 200, **forms: Any) -> HttpResponse:
    """The page, with whichever of its forms was refused as it was filled in."""
    participant = request.participant  # type: ignore[attr-defined]
    contact = contacts.of(participant) if participant else None
    context = {
        "follows": listed(participant) if participant else [],
        "contact": contact,
        "contact_masked": contacts.masked(contact) if contact else "",
        "contact_form": ContactForm.of(request, contact),
        "place_form": PlaceForm(),
        "topic_form": TopicForm(),
    }
    return render(request, "ideas/following.html", context | forms, status=status)


# Following


@require_POST
def follow(request: HttpRequest) -> HttpResponse:
    """`kind`: idea (with `command`, `idea`), command (with `command`), topic (with `topic` and perhaps
    `command`), or place (with `address`, or `latitude` and `longitude`, and `radius_m`)."""
    makers: dict[str, Callable[[HttpRequest], HttpResponse]] = {
        FollowKind.IDEA: _follow_idea,
        FollowKind.COMMAND: _follow_command,
        FollowKind.TOPIC: _follow_topic,
        FollowKind.PLACE: _follow_place,
    }
    kind = request.POST.get("kind", "")
    if kind not in makers:
        raise Http404
    limits.count(request, "follow")
    try:
        return makers[kind](request)
    except following.TooMany as error:
        messages.error(request, str(error))
        return redirect("following")


def _follow_idea(request: HttpRequest) -> HttpResponse:
    idea = public_idea(request)
    following.follow_idea(participant=participants.ensure(request), idea=idea)
    messages.success(request, _("You follow this issue. What happens to it stands under Notices."))
    return redirect(next_page(request, idea.get_absolute_url()))


def _follow_command(request: HttpRequest) -> HttpResponse:
    command = _command(request)
    following.follow_command(participant=participants.ensure(request), command=command)
    messages.success(request, _("You follow %(name)s.") % {"name": command.name})
    return redirect(next_page(request, command.get_absolute_url()))


def _follow_topic(request: HttpRequest) -> HttpResponse:
    form = TopicForm(request.POST)
    if not form.is_valid():
        return _page(request, 422, topic_form=form)
    topic, command = form.cleaned_data["topic"], form.cleaned_data["command"]
    following.follow_topic(participant=participants.ensure(request), topic=topic, command=command)
    messages.success(request, _("You follow “%(topic)s”.") % {"topic": topic.name})
    return redirect(next_page(request, reverse("following")))


def _follow_place(request: HttpRequest) -> HttpResponse:
    form = PlaceForm(request.POST)
    if form.needs_locating():
        limits.count(request, "locate")
    if not form.is_valid():
        return _page(request, 422, place_form=form)
    data = form.cleaned_data
    following.follow_place(
        participant=participants.ensure(request),
        latitude=data["latitude"],
        longitude=data["longitude"],
        radius_m=data["radius_m"],
    )
    messages.success(
        request, _("You follow what happens within %(meters)s m.") % {"meters": data["radius_m"]}
    )
    return redirect(next_page(request, reverse("following")))


@require_POST
def unfollow_idea(request: HttpRequest) -> HttpResponse:
    """From the issue's own page."""
    idea = public_idea(request)
    if participant := request.participant:  # type: ignore[attr-defined]
        following.stop_idea(participant=participant, idea=idea)
    return redirect(next_page(request, idea.get_absolute_url()))


@require_POST
def unfollow(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own follow; anybody else's is nowhere. Stopped twice it is stopped once."""
    participant = request.participant  # type: ignore[attr-defined]
    if not participant or Follow.objects.exclude(participant=participant).filter(pk=pk).exists():
        raise Http404
    Follow.objects.filter(pk=pk, participant=participant).delete()
    messages.success(request, _("Stopped."))
    return redirect("following")


def _command(request: HttpRequest) -> Command:
    """The command that a form names."""
    slug = request.POST.get("command", "")
    if "\x00" in slug:
        raise Http404
    return get_object_or_404(Command, slug=slug)


def public_idea(request: HttpRequest) -> Idea:
    """The issue that a form names, if it is public or the participant's own. Otherwise 404."""
    command = _command(request)
    text = request.POST.get("idea", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    with tenancy.enter(command):
        idea = get_object_or_404(Idea.objects.defer("search"), pk=int(text))
    participant = request.participant  # type: ignore[attr-defined]
    if idea.status not in PUBLIC and not (participant and idea.participant_id == participant.pk):
        raise Http404
    idea.command = command
    return idea


# Where notices go


@require_POST
def contact(request: HttpRequest) -> HttpResponse:
    """Leave an address, or change how often. The answer is the same whether the address is known or not."""
    form = ContactForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            limits.count(request, "contact")
        except limits.TooMany as error:
            form.add_error("email", str(error.detail))
            response = _page(request, 429, contact_form=form)
            response["Retry-After"] = str(error.retry_after)
            return response
    if not form.is_valid():
        return _page(request, 422, contact_form=form)
    wishes = dict(form.cleaned_data)
    kept = contacts.ask(
        participant=participants.ensure(request), email=wishes.pop("email"), user=request.user, **wishes
    )
    if kept.confirmed_at:
        messages.success(request, _("Kept. Notices go to your address."))
    else:
        messages.success(
            request, _("A message is on its way to that address. Open the link in it, and notices go there.")
        )
    return redirect("following")


@require_POST
def stop_contact(request: HttpRequest) -> HttpResponse:
    """No e-mail any more, from the page itself."""
    participant = request.participant  # type: ignore[attr-defined]
    found = contacts.of(participant) if participant else None
    if found:
        contacts.stop(found)
        messages.success(request, _("No more e-mail. Notices stay here."))
    return redirect("following")
