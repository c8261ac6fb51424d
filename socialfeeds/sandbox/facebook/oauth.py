"""The dialog in which a person grants an app their Pages."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from .. import granting, settings
from . import store


@require_http_methods(["GET", "POST"])
def dialog(request: HttpRequest) -> HttpResponse:
    """GET shows it, POST leads back with a code, or with an error where it was not granted."""
    asked = request.GET
    back_to, state = asked.get("redirect_uri", ""), asked.get("state", "")
    if asked.get("client_id") != settings.FACEBOOK_APP_ID:
        return HttpResponseBadRequest(
            _("Invalid app ID: the provided app ID does not look like a valid one.")
        )
    if urlsplit(back_to).scheme not in {"http", "https"} or not urlsplit(back_to).netloc:
        return HttpResponseBadRequest(_("URL blocked: the redirect URI is not one of the app's."))
    if asked.get("response_type", "code") != "code" or "pages_manage_posts" not in asked.get("scope", ""):
        return HttpResponseBadRequest(_("Invalid scopes: an app that posts needs pages_manage_posts."))
    people = store.managers()
    if request.method == "GET":
        choices = [(str(who), f"{name} ({_pages(len(pages))})") for who, name, pages in people]
        return granting.page(request, network="Facebook", app="Engage", choices=choices, back_to=back_to)
    who = request.POST.get("who", "")
    if request.POST.get("answer") != "yes" or who not in {str(one) for one, _name, _pages_ in people}:
        return granting.back(
            back_to,
            error="access_denied",
            error_reason="user_denied",
            error_description="Permissions error",
            state=state,
        )
    return granting.back(back_to, code=store.new_code(int(who), back_to), state=state)


def _pages(number: int) -> str:
    return ngettext("%(n)s Page", "%(n)s Pages", number) % {"n": number}
