"""Pages for people: who is here, what they wrote, and a form to write to them."""

from itertools import islice
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from .. import length, params, store, texts
from ..store import Account, Post, RefusedError

POSTS_A_PAGE = 20
ACCOUNTS_A_PAGE = 50


class WriteForm(forms.Form):
    """What a neighbor writes to an account, or answers to a post."""

    handle = forms.CharField(
        label=gettext_lazy("Your handle"),
        max_length=31,
        help_text=gettext_lazy("Any name you like: letters, digits, and underscores."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    text = forms.CharField(
        label=gettext_lazy("Your message"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, to: Account, reply_to: Post | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.to = to
        self.reply_to = reply_to

    def clean_handle(self) -> str:
        """A handle that is free for a neighbor: the accounts here speak for themselves."""
        handle: str = self.cleaned_data["handle"].lstrip("@")
        if not store.HANDLE.match(handle) or handle.lower() in store.RESERVED:
            raise ValidationError(_("Use 1 to 30 letters, digits, or underscores."))
        known = store.account_by_handle(handle)
        if known and known.token:
            raise ValidationError(
                _("@%(handle)s speaks for itself. Choose another handle.") % {"handle": handle}
            )
        return handle

    def clean_text(self) -> str:
        """The message, with the account's name in front where it is not mentioned."""
        text = self.cleaned_data["text"].replace("\r\n", "\n").strip()
        if self.to.handle.lower() not in texts.mentioned(text):
            text = f"@{self.to.handle} {text}"
        over = length.weighted_length(text) - length.LIMIT
        if over > 0:
            raise ValidationError(
                _("This is too long by %(over)s characters. Shorten it a little.") % {"over": over}
            )
        return text

    def save(self) -> Post | None:
        """Post it. None where the post that it answers is gone, or a character is not allowed."""
        found = self.cleaned_data
        try:
            return store.write(
                handle=found["handle"],
                text=found["text"],
                reply_to=self.reply_to.id if self.reply_to else None,
            )
        except RefusedError as error:
            self.add_error("text", error.detail)
            return None


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Everybody who is here."""
    page = request.GET.get("page", "1")
    number = int(page) if page.isascii() and page.isdecimal() and 0 < int(page[:6]) < 100_000 else 1
    found = store.listed(skip=(number - 1) * ACCOUNTS_A_PAGE, limit=ACCOUNTS_A_PAGE + 1)
    context = {
        "accounts": found[:ACCOUNTS_A_PAGE],
        "newer": number - 1,
        "older": number + 1 if len(found) > ACCOUNTS_A_PAGE else 0,
    }
    return render(request, "sandbox/home.html", context)


def _account(handle: str) -> Account:
    account = store.account_by_handle(handle)
    if not account:
        raise Http404
    return account


def _page(request: HttpRequest, **which: Any) -> dict[str, Any]:
    """One page of posts, and the token of the next."""
    try:
        until = params.from_token(request.GET["before"], "before") if "before" in request.GET else 0
    except params.InvalidError:
        raise Http404 from None
    found = list(store.posts(until=until, limit=POSTS_A_PAGE + 1, **which))
    posts = found[:POSTS_A_PAGE]
    older = params.to_token(posts[-1].id) if len(found) > POSTS_A_PAGE else ""
    return {"posts": posts, "older": older, "first_page": not until}


def _profile(request: HttpRequest, account: Account, form: WriteForm, tab: str) -> HttpResponse:
    which = {"mentioning": account.handle} if tab == "mentions" else {"of": account}
    context = {
        "account": account,
        "form": form,
        "tab": tab,
        "written": store.written(account),
        "mentions": store.mentions(account),
        "sent": _sent(request),
        **_page(request, **which),
    }
    return render(request, "sandbox/timeline.html", context, status=422 if form.errors else 200)


def _sent(request: HttpRequest) -> Post | None:
    """The post that was just written here, to point at."""
    sent = request.GET.get("sent", "")
    return store.post_by_id(int(sent)) if sent.isascii() and sent.isdecimal() and len(sent) < 20 else None


@require_http_methods(["GET", "POST"])
def timeline(request: HttpRequest, handle: str) -> HttpResponse:
    """What an account has written, and the form to write to it."""
    account = _account(handle)
    form = WriteForm(request.POST or None, to=account)
    if request.method == "POST" and form.is_valid() and (post := form.save()):
        return redirect(f"{reverse('mentions', args=[account.handle])}?sent={post.id}")
    return _profile(request, account, form, "posts")


@require_GET
def mentions(request: HttpRequest, handle: str) -> HttpResponse:
    """What others wrote to an account."""
    account = _account(handle)
    return _profile(request, account, WriteForm(to=account), "mentions")


@require_http_methods(["GET", "POST"])
def status(request: HttpRequest, handle: str, post_id: int) -> HttpResponse:
    """One post, what it answers, and its answers."""
    post = store.post_by_id(post_id) if post_id <= params.BIGGEST_ID else None
    if not post or post.author.handle.lower() != handle.lower():
        raise Http404
    form = WriteForm(request.POST or None, to=post.author, reply_to=post)
    if request.method == "POST" and form.is_valid() and (answer := form.save()):
        return redirect(f"{reverse('status', args=[post.author.handle, post.id])}?sent={answer.id}")
    context = {
        "post": post,
        "account": post.author,
        "answered": store.post_by_id(post.reply_to) if post.reply_to else None,
        "replies": list(islice(store.posts(replying_to=post.id), 200))[::-1],
        "form": form,
        "sent": _sent(request),
    }
    return render(request, "sandbox/status.html", context, status=422 if form.errors else 200)


def not_here(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing at this address."""
    return render(request, "sandbox/404.html", status=404)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose cookie is missing: say what to do, and lose nothing silently."""
    return render(request, "sandbox/403.html", {"back": request.path}, status=403)
