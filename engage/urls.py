"""Every address of Engage. A command's own come last: they begin with its slug."""

from allauth.urls import build_provider_urlpatterns
from django.conf import settings
from django.urls import include, path

from engage.health import healthz

SINGLE_SIGN_ON = [
    path("accounts/3rdparty/", include("allauth.socialaccount.urls")),
    path("accounts/", include(build_provider_urlpatterns())),
]

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    *(SINGLE_SIGN_ON if settings.SOCIALACCOUNT_PROVIDERS else []),
    path("", include("precincts.urls")),
    path("api/", include("engage.api_urls")),
    path("", include("headquarters.urls")),
    path("", include("socialfeeds.urls")),
    path("", include("ideas.urls")),
]
