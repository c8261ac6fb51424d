"""Reports, redaction, trust, and many at once, under /api/v1/."""

from django.urls import path

from ideas.api import safety

IDEA = "commands/<slug:slug>/ideas/<int:id>/"
COMMENT = "commands/<slug:slug>/comments/<int:id>/"

urlpatterns = [
    path(f"{IDEA}reports/", safety.IdeaReports.as_view(), name="api_idea_reports"),
    path(f"{COMMENT}reports/", safety.CommentReports.as_view(), name="api_comment_reports"),
    path(f"{IDEA}redactions/", safety.IdeaRedactions.as_view(), name="api_idea_redactions"),
    path(f"{COMMENT}redactions/", safety.CommentRedactions.as_view(), name="api_comment_redactions"),
    path(f"{IDEA}trust/", safety.IdeaTrust.as_view(), name="api_trust"),
    path("commands/<slug:slug>/queue/bulk/", safety.Bulk.as_view(), name="api_bulk"),
]
