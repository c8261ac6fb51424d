"""Facebook on the sandbox: the Graph, its dialog, and pages for people."""

from django.urls import path

from . import graph, oauth, pages

app_name = "facebook"
urlpatterns = [
    path(f"{graph.VERSION}/dialog/oauth", oauth.dialog),
    path(f"{graph.VERSION}/<path:path>", graph.call),
    path(f"{graph.VERSION}/", graph.call, {"path": ""}),
    path("", pages.home, name="home"),
    path("photos/<int:number>", pages.photo, name="photo"),
    path("<int:page_id>", pages.page, name="page"),
    path("<name>", pages.thing, name="thing"),
]
