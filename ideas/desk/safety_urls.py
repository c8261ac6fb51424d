"""Reports, redaction, trust, and many at once."""

from django.urls import path

from ideas.desk import bulk, redaction, trust
from ideas.pages import report

urlpatterns = [
    path("<slug:slug>/ideas/<int:pk>/report/", report.report_idea, name="report_idea"),
    path("<slug:slug>/comments/<int:pk>/report/", report.report_comment, name="report_comment"),
    path("<slug:slug>/desk/ideas/<int:pk>/redact/", redaction.redact_idea, name="redact_idea"),
    path("<slug:slug>/desk/comments/<int:pk>/redact/", redaction.redact_comment, name="redact_comment"),
    path("<slug:slug>/desk/redactions/<int:pk>/back/", redaction.put_back, name="put_back"),
    path("<slug:slug>/desk/ideas/<int:pk>/trust/", trust.approve_and_trust, name="approve_and_trust"),
    path("<slug:slug>/desk/trusted/", trust.trusted, name="desk_trusted"),
    path("<slug:slug>/desk/trusted/<int:pk>/revoke/", trust.revoke_trust, name="revoke_trust"),
    path("<slug:slug>/desk/bulk/", bulk.desk_bulk, name="desk_bulk"),
    path("<slug:slug>/desk/bulk/undo/", bulk.undo_bulk, name="undo_bulk"),
]
