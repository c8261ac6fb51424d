"""Three doors: X's API, the control surface, and pages for people."""

from django.urls import include, path, re_path
from django.views.static import serve

from . import settings
from .gate import methods
from .views import api, control, oauth, pages, uploads

urlpatterns = [
    path("2/tweets", methods(GET=api.get_tweets, POST=api.create_tweet)),
    path("2/tweets/search/recent", methods(GET=api.search_recent)),
    path("2/tweets/<post_id>", methods(GET=api.get_tweet, DELETE=api.delete_tweet)),
    path("2/tweets/<post_id>/hidden", methods(PUT=api.hide_tweet)),
    path("2/media/upload/initialize", methods(POST=uploads.begin)),
    path("2/media/upload/<media_id>/append", methods(POST=uploads.append)),
    path("2/media/upload/<media_id>/finalize", methods(POST=uploads.close)),
    path("2/media/metadata", methods(POST=uploads.describe)),
    path("2/oauth2/token", methods(POST=oauth.token)),
    path("2/users", methods(GET=api.get_users)),
    path("2/users/me", methods(GET=api.get_me)),
    path("2/users/by/username/<username>", methods(GET=api.get_user_by_name)),
    path("2/users/<user_id>/mentions", methods(GET=api.get_mentions)),
    path("2/users/<user_id>/tweets", methods(GET=api.get_user_tweets)),
    re_path(r"^2(?:/|$)", api.unknown),
    path("sandbox/healthz", methods(GET=control.healthz)),
    path("sandbox/accounts", methods(GET=control.list_accounts, POST=control.save_account)),
    path("sandbox/posts", methods(GET=control.list_posts, POST=control.write_post)),
    path(
        "sandbox/faults",
        methods(GET=control.list_faults, POST=control.add_fault, DELETE=control.clear_faults),
    ),
    path(
        "sandbox/limits",
        methods(GET=control.list_limits, POST=control.set_limits, DELETE=control.restore_limits),
    ),
    path("sandbox/tokens", methods(POST=control.tokens)),
    path("sandbox/numbers", methods(POST=control.numbers)),
    path("sandbox/naming", methods(POST=control.naming)),
    path("sandbox/media/<int:media_id>", uploads.show, name="picture"),
    path("i/oauth2/authorize", oauth.authorize, name="authorize"),
    path("sandbox/reset", methods(POST=control.reset)),
    path("sandbox/static/<path:path>", serve, {"document_root": settings.SANDBOX_STATIC}, name="static"),
    path("sandbox/facebook/", include("socialfeeds.sandbox.facebook.control_urls")),
    path("sandbox/mastodon/", include("socialfeeds.sandbox.mastodon.control_urls")),
    path("facebook/", include("socialfeeds.sandbox.facebook.urls")),
    path("mastodon/", include("socialfeeds.sandbox.mastodon.urls")),
    path("", pages.home, name="home"),
    path("<handle>", pages.timeline, name="timeline"),
    path("<handle>/mentions", pages.mentions, name="mentions"),
    path("<handle>/status/<int:post_id>", pages.status, name="status"),
]
handler404 = "socialfeeds.sandbox.views.pages.not_here"
