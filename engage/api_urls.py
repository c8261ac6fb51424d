"""Everything under /api/: what it can do, how that is documented, and a problem for every other address."""

from django.urls import include, path, re_path

from engage import api_pages

urlpatterns = [
    path("v1/", include("ideas.api.urls")),
    path("v1/", include("socialfeeds.api.urls")),
    path("schema/", api_pages.Schema.as_view(), name="schema"),
    path("docs/", api_pages.Docs.as_view(), name="api_docs"),
    re_path("", api_pages.Nothing.as_view()),
]
