"""The board's addresses under /api/v1/."""

from django.urls import path

from ideas import api

urlpatterns = [
    path("commands/<slug:slug>/ideas/", api.Ideas.as_view(), name="api_ideas"),
    path("commands/<slug:slug>/ideas/<int:id>/", api.IdeaDetail.as_view(), name="api_idea"),
    path("commands/<slug:slug>/ideas/<int:id>/vote/", api.Vote.as_view(), name="api_vote"),
    path("commands/<slug:slug>/ideas/<int:id>/comments/", api.Comments.as_view(), name="api_comments"),
    path("commands/<slug:slug>/ideas/<int:id>/decisions/", api.IdeaDecisions.as_view(), name="api_decisions"),
    path(
        "commands/<slug:slug>/comments/<int:id>/decisions/",
        api.CommentDecisions.as_view(),
        name="api_comment_decisions",
    ),
    path("commands/<slug:slug>/queue/", api.Queue.as_view(), name="api_queue"),
]
