"""The desk's work beside deciding, its histories and webhooks, under /api/v1/."""

from django.urls import path

from ideas.api import history, webhooks, work

HERE = "commands/<slug:slug>/"
IDEA = f"{HERE}ideas/<int:id>/"
COMMENT = f"{HERE}comments/<int:id>/"
WEBHOOK = f"{HERE}webhooks/<int:id>/"

urlpatterns = [
    path(f"{IDEA}claim/", work.IdeaClaim.as_view(), name="api_idea_claim"),
    path(f"{COMMENT}claim/", work.CommentClaim.as_view(), name="api_comment_claim"),
    path(f"{IDEA}work/", work.Work.as_view(), name="api_work"),
    path(f"{IDEA}notes/", work.Notes.as_view(), name="api_notes"),
    path(f"{IDEA}undo/", work.IdeaUndo.as_view(), name="api_undo"),
    path(f"{COMMENT}undo/", work.CommentUndo.as_view(), name="api_comment_undo"),
    path(f"{IDEA}keep/", work.IdeaKeep.as_view(), name="api_keep"),
    path(f"{COMMENT}keep/", work.CommentKeep.as_view(), name="api_comment_keep"),
    path(f"{HERE}outcomes/<int:id>/noted/", work.OutcomeNoted.as_view(), name="api_outcome_noted"),
    path(f"{HERE}replies/", work.Replies.as_view(), name="api_replies"),
    path(f"{HERE}replies/<int:id>/", work.ReplyDetail.as_view(), name="api_reply"),
    path(f"{IDEA}history/", history.IdeaHistory.as_view(), name="api_idea_history"),
    path(f"{HERE}history/", history.CommandHistory.as_view(), name="api_history"),
    path(f"{HERE}webhooks/", webhooks.Webhooks.as_view(), name="api_webhooks"),
    path(WEBHOOK, webhooks.WebhookDetail.as_view(), name="api_webhook"),
    path(f"{WEBHOOK}secret/", webhooks.WebhookSecret.as_view(), name="api_webhook_secret"),
    path(f"{WEBHOOK}calls/", webhooks.Calls.as_view(), name="api_calls"),
    path(f"{HERE}calls/<int:id>/again/", webhooks.CallAgain.as_view(), name="api_call_again"),
]
