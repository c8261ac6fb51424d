"""The addresses of boards and desks under /api/v1/."""

from django.urls import path

from ideas.api import (
    answers,
    appeals,
    board,
    desk,
    history,
    inbox,
    labels,
    queue,
    routes,
    safety,
    webhooks,
    work,
)

HERE = "commands/<slug:slug>/"
IDEA = f"{HERE}ideas/<int:id>/"
COMMENT = f"{HERE}comments/<int:id>/"
THREAD = f"{HERE}inbox/<int:id>/"
WEBHOOK = f"{HERE}webhooks/<int:id>/"

urlpatterns = [
    path(f"{HERE}ideas/", board.Ideas.as_view(), name="api_ideas"),
    path(IDEA, board.IdeaDetail.as_view(), name="api_idea"),
    path(f"{IDEA}vote/", board.Vote.as_view(), name="api_vote"),
    path(f"{IDEA}verdict/", answers.Verdict.as_view(), name="api_verdict"),
    path(f"{IDEA}comments/", board.Comments.as_view(), name="api_comments"),
    path(f"{IDEA}withdrawal/", board.Withdrawal.as_view(), name="api_withdrawal"),
    path(f"{IDEA}decisions/", desk.IdeaDecisions.as_view(), name="api_decisions"),
    path(
        f"{COMMENT}decisions/",
        desk.CommentDecisions.as_view(),
        name="api_comment_decisions",
    ),
    path(f"{IDEA}appeals/", appeals.IdeaAppeals.as_view(), name="api_appeal"),
    path(
        f"{COMMENT}appeals/",
        appeals.CommentAppeals.as_view(),
        name="api_comment_appeal",
    ),
    path("appeals/", appeals.Appeals.as_view(), name="api_appeals"),
    path(
        "appeals/<slug:slug>/<int:id>/decision/",
        appeals.AppealDecision.as_view(),
        name="api_appeal_decision",
    ),
    path(f"{IDEA}moves/", routes.Moves.as_view(), name="api_moves"),
    path(f"{IDEA}merges/", routes.Merges.as_view(), name="api_merges"),
    path(f"{IDEA}splits/", routes.Splits.as_view(), name="api_splits"),
    path(f"{HERE}agenda/", routes.Agenda.as_view(), name="api_agenda"),
    path(f"{HERE}queue/", queue.Queue.as_view(), name="api_queue"),
    path(f"{IDEA}reports/", safety.IdeaReports.as_view(), name="api_idea_reports"),
    path(f"{COMMENT}reports/", safety.CommentReports.as_view(), name="api_comment_reports"),
    path(f"{IDEA}redactions/", safety.IdeaRedactions.as_view(), name="api_idea_redactions"),
    path(f"{COMMENT}redactions/", safety.CommentRedactions.as_view(), name="api_comment_redactions"),
    path(f"{IDEA}trust/", safety.IdeaTrust.as_view(), name="api_trust"),
    path(f"{HERE}queue/bulk/", safety.Bulk.as_view(), name="api_bulk"),
    path(f"{IDEA}claim/", work.IdeaClaim.as_view(), name="api_idea_claim"),
    path(f"{COMMENT}claim/", work.CommentClaim.as_view(), name="api_comment_claim"),
    path(f"{IDEA}work/", work.Work.as_view(), name="api_work"),
    path(f"{IDEA}notes/", work.Notes.as_view(), name="api_notes"),
    path(f"{IDEA}undo/", work.IdeaUndo.as_view(), name="api_undo"),
    path(f"{COMMENT}undo/", work.CommentUndo.as_view(), name="api_comment_undo"),
    path(f"{IDEA}keep/", work.IdeaKeep.as_view(), name="api_keep"),
    path(f"{COMMENT}keep/", work.CommentKeep.as_view(), name="api_comment_keep"),
    path(f"{HERE}outcomes/<int:id>/noted/", work.OutcomeNoted.as_view(), name="api_outcome_noted"),
    path(f"{HERE}labels/", labels.Labels.as_view(), name="api_labels"),
    path(f"{HERE}labels/<int:id>/", labels.LabelDetail.as_view(), name="api_label"),
    path(f"{HERE}replies/", work.Replies.as_view(), name="api_replies"),
    path(f"{HERE}replies/<int:id>/", work.ReplyDetail.as_view(), name="api_reply"),
    path(f"{IDEA}history/", history.IdeaHistory.as_view(), name="api_idea_history"),
    path(f"{HERE}history/", history.CommandHistory.as_view(), name="api_history"),
    path(f"{HERE}webhooks/", webhooks.Webhooks.as_view(), name="api_webhooks"),
    path(WEBHOOK, webhooks.WebhookDetail.as_view(), name="api_webhook"),
    path(f"{WEBHOOK}secret/", webhooks.WebhookSecret.as_view(), name="api_webhook_secret"),
    path(f"{WEBHOOK}calls/", webhooks.Calls.as_view(), name="api_calls"),
    path(f"{HERE}calls/<int:id>/again/", webhooks.CallAgain.as_view(), name="api_call_again"),
    path(f"{HERE}inbox/", inbox.Inbox.as_view(), name="api_inbox"),
    path(THREAD, inbox.InboxThread.as_view(), name="api_inbox_thread"),
    path(f"{THREAD}notes/", inbox.InboxNotes.as_view(), name="api_inbox_notes"),
    path(f"{THREAD}done/", inbox.InboxDone.as_view(), name="api_inbox_done"),
    path(f"{THREAD}referral/", inbox.InboxReferral.as_view(), name="api_inbox_referral"),
    path(f"{THREAD}answers/", inbox.InboxAnswers.as_view(), name="api_inbox_answers"),
    path(f"{THREAD}issues/", inbox.InboxIssues.as_view(), name="api_inbox_issues"),
]
