"""The board's addresses under /api/v1/."""

from django.urls import include, path

from ideas.api import answers, appeals, board, desk, queue, routes

urlpatterns = [
    path("commands/<slug:slug>/ideas/", board.Ideas.as_view(), name="api_ideas"),
    path("commands/<slug:slug>/ideas/<int:id>/", board.IdeaDetail.as_view(), name="api_idea"),
    path("commands/<slug:slug>/ideas/<int:id>/vote/", board.Vote.as_view(), name="api_vote"),
    path("commands/<slug:slug>/ideas/<int:id>/verdict/", answers.Verdict.as_view(), name="api_verdict"),
    path("commands/<slug:slug>/ideas/<int:id>/comments/", board.Comments.as_view(), name="api_comments"),
    path(
        "commands/<slug:slug>/ideas/<int:id>/decisions/", desk.IdeaDecisions.as_view(), name="api_decisions"
    ),
    path(
        "commands/<slug:slug>/comments/<int:id>/decisions/",
        desk.CommentDecisions.as_view(),
        name="api_comment_decisions",
    ),
    path("commands/<slug:slug>/ideas/<int:id>/appeals/", appeals.IdeaAppeals.as_view(), name="api_appeal"),
    path(
        "commands/<slug:slug>/comments/<int:id>/appeals/",
        appeals.CommentAppeals.as_view(),
        name="api_comment_appeal",
    ),
    path("appeals/", appeals.Appeals.as_view(), name="api_appeals"),
    path(
        "appeals/<slug:slug>/<int:id>/decision/",
        appeals.AppealDecision.as_view(),
        name="api_appeal_decision",
    ),
    path("commands/<slug:slug>/ideas/<int:id>/moves/", routes.Moves.as_view(), name="api_moves"),
    path("commands/<slug:slug>/ideas/<int:id>/merges/", routes.Merges.as_view(), name="api_merges"),
    path("commands/<slug:slug>/ideas/<int:id>/splits/", routes.Splits.as_view(), name="api_splits"),
    path("commands/<slug:slug>/agenda/", routes.Agenda.as_view(), name="api_agenda"),
    path("", include("ideas.api.safety_urls")),
    path("commands/<slug:slug>/queue/", queue.Queue.as_view(), name="api_queue"),
]
