from django.urls import include, path

urlpatterns = [
    path("", include("ideas.pages.urls")),
    path("", include("ideas.desk.urls")),
    path("", include("ideas.desk.inbox_urls")),
]
