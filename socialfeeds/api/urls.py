"""The voice's addresses under /api/v1/."""

from django.urls import path

from socialfeeds.api import accounts, messages

HERE = "commands/<slug:slug>/"

ACCOUNTS = [
    path(f"{HERE}accounts/", accounts.Accounts.as_view(), name="api_accounts"),
    path(f"{HERE}accounts/<int:id>/", accounts.AccountDetail.as_view(), name="api_account"),
]

MESSAGES = [
    path(f"{HERE}messages/", messages.Messages.as_view(), name="api_messages"),
    path(f"{HERE}messages/<int:id>/", messages.MessageDetail.as_view(), name="api_message"),
    path(
        f"{HERE}messages/<int:id>/decisions/",
        messages.MessageDecisions.as_view(),
        name="api_message_decisions",
    ),
]

urlpatterns = [*ACCOUNTS, *MESSAGES]
