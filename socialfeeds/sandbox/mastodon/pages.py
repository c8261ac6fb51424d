"""Mastodon's pages for people: who is here, what they posted, and a form to write to them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from ..shown import POSTS_A_PAGE, Image, Listed, Shown, WriteForm, listing, wall
from . import store, texts
from .store import Account, Bounds, Status

NETWORK = "Mastodon"


class MentionForm(WriteForm):
    """What a neighbor writes to an account; who they are is a handle here."""

    name = forms.CharField(
        label=gettext_lazy("Your handle"),
        max_length=91,
        help_text=gettext_lazy("For example maria, or maria@other.example."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, to: Account, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.to = to

    def clean_name(self) -> str:
        acct: str = self.cleaned_data["name"].strip().lstrip("@").lower()
        known = store.account_by(acct)
        if not store.ACCT.match(acct):
            raise ValidationError(_("Use letters, digits, or underscores, and a server behind an @."))
        if known and known.ours:
            raise ValidationError(_("@%(handle)s speaks for itself. Choose another.") % {"handle": acct})
        return acct

    def clean_text(self) -> str:
        text = super().clean_text()
        return text if self.to.acct in texts.mentioned(text) else f"@{self.to.acct} {text}"


def _shown(found: Status) -> Shown:
    answered = store.status_by(found.reply_to) if found.reply_to else None
    note = _("Answers @%(handle)s") % {"handle": answered.account.acct} if answered else ""
    return Shown(
        id=str(found.id),
        name=found.account.name,
        handle=f"@{found.account.acct}",
        path=reverse("mastodon:status", args=[found.account.acct, found.id]),
        home=reverse("mastodon:account", args=[found.account.acct]),
        at=found.at,
        text=found.text,
        ours=found.account.ours,
        note=note,
        images=[Image(reverse("mastodon:media", args=[one.id]), one.alt) for one in found.media],
    )


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Every account of ours, then neighbors."""
    everybody = [*store.accounts(ours=True), *store.accounts(ours=False)]
    accounts = [
        Listed(
            one.name,
            f"@{one.acct}",
            reverse("mastodon:account", args=[one.acct]),
            len(store.statuses(store.OF, one.id, bounds=Bounds(limit=1000))),
        )
        for one in everybody
    ]
    return listing(request, network=NETWORK, accounts=accounts)


def _account(acct: str) -> Account:
    found = store.account_by(acct)
    if not found:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
def account(request: HttpRequest, acct: str) -> HttpResponse:
    """What an account has posted and what names it, and the form to write to it."""
    found = _account(acct)
    form = MentionForm(request.POST or None, to=found)
    if request.method == "POST" and form.is_valid():
        made = store.write(acct=form.cleaned_data["name"], text=form.cleaned_data["text"])
        return redirect(f"{request.path}?sent={made.id}")
    bounds = Bounds(limit=POSTS_A_PAGE)
    own = store.statuses(store.OF, found.id, bounds=bounds)
    posts = {one.id: one for one in [*own, *store.statuses(store.NAMING, found.id, bounds=bounds)]}
    return wall(
        request,
        form=form,
        network=NETWORK,
        title=found.name,
        face=found.name,
        subtitle=f"@{found.acct}@{store.DOMAIN}" if found.ours else f"@{found.acct}",
        posts=[_shown(posts[number]) for number in sorted(posts, reverse=True)],
        heading=_("Write to @%(handle)s") % {"handle": found.acct},
        hint=_("Post as a neighbor. The name is put in front for you."),
        button=_("Post as a neighbor"),
    )


@require_http_methods(["GET", "POST"])
def status(request: HttpRequest, acct: str, number: int) -> HttpResponse:
    """A post in its thread; the form answers it."""
    found = store.status_by(number) if number < 2**63 else None
    if not found or found.account.acct.lower() != acct.lower():
        raise Http404
    form = MentionForm(request.POST or None, to=found.account)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = store.write(acct=said["name"], text=said["text"], reply_to=found.id)
        return redirect(f"{request.path}?sent={made.id}")
    above, below = store.thread(found)
    return wall(
        request,
        form=form,
        network=NETWORK,
        title=_("Post of %(name)s") % {"name": found.account.name},
        face=found.account.name,
        subtitle=_("All posts of %(name)s") % {"name": found.account.name},
        back=reverse("mastodon:account", args=[found.account.acct]),
        posts=[_shown(one) for one in [*above, found, *below]],
        this=str(found.id),
        heading=_("Reply to @%(handle)s") % {"handle": found.account.acct},
        hint=_("Answer as a neighbor. The name is put in front for you."),
        button=_("Reply as a neighbor"),
    )


@require_GET
def media(request: HttpRequest, number: int) -> HttpResponse:
    """A picture."""
    found = store.media_data(number) if number < 2**63 else None
    if not found:
        raise Http404
    return HttpResponse(found[0], content_type=found[1])
