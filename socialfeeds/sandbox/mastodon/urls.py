"""Mastodon on the sandbox: its API, its page for granting an app, and pages for people."""

from django.urls import path, re_path

from ..gate import methods
from . import api, oauth, pages

app_name = "mastodon"
urlpatterns = [
    re_path(r"^api/v2/instance/?$", methods(GET=api.instance)),
    path("api/v1/apps", methods(POST=oauth.create_app)),
    path("api/v1/accounts/verify_credentials", methods(GET=api.verify_credentials)),
    path("api/v1/accounts/<account_id>/statuses", methods(GET=api.account_statuses)),
    path("api/v1/statuses", methods(GET=api.several, POST=api.create_status)),
    path("api/v1/statuses/<status_id>", methods(GET=api.get_status, DELETE=api.delete_status)),
    path("api/v1/statuses/<status_id>/context", methods(GET=api.context)),
    path("api/v2/media", methods(POST=api.create_media)),
    path("api/v1/media/<media_id>", methods(GET=api.get_media)),
    path("api/v1/notifications", methods(GET=api.notifications)),
    path("api/v1/timelines/tag/<tag>", methods(GET=api.tag_timeline)),
    path("api/v2/search", methods(GET=api.search)),
    re_path(r"^api/", api.unknown),
    path("oauth/authorize", oauth.authorize),
    path("oauth/token", methods(POST=oauth.token)),
    path("", pages.home, name="home"),
    path("media/<int:number>", pages.media, name="media"),
    path("@<acct>", pages.account, name="account"),
    path("@<acct>/<int:number>", pages.status, name="status"),
]
