"""Every address of Engage. A command's own come last: they begin with its slug."""

from django.urls import include, path

from engage.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("", include("precincts.urls")),
    path("api/", include("engage.api_urls")),
    path("", include("headquarters.urls")),
    path("", include("socialfeeds.urls")),
    path("", include("ideas.urls")),
]
