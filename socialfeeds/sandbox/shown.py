"""What pages for people show of any network: posts with their pictures, and who wrote them."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

POSTS_A_PAGE = 50


@dataclass(frozen=True)
class Image:
    """A picture and what it says to who cannot see it."""

    url: str
    alt: str


@dataclass(frozen=True)
class Shown:
    """A post on a page. `note` says what is special about it; `path` is its own page."""

    id: str
    name: str
    handle: str
    path: str
    home: str
    at: datetime.datetime
    text: str
    ours: bool
    note: str = ""
    images: list[Image] = field(default_factory=list)


@dataclass(frozen=True)
class Listed:
    """An account in a list of all."""

    name: str
    handle: str
    path: str
    posts: int


class WriteForm(forms.Form):
    """What a neighbor writes. A network adds what else it asks for."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    text = forms.CharField(
        label=gettext_lazy("Your message"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n").strip()


def listing(request: HttpRequest, *, network: str, accounts: list[Listed]) -> HttpResponse:
    """Who is on a network."""
    return render(request, "sandbox/people.html", {"network": network, "accounts": accounts})


def wall(request: HttpRequest, *, form: WriteForm, **context: Any) -> HttpResponse:
    """An account with its posts, or a post with its answers; and the form of a neighbor."""
    context = {"form": form, "sent": request.GET.get("sent", ""), **context}
    return render(request, "sandbox/wall.html", context, status=422 if form.errors else 200)
