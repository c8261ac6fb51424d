"""The voice's addresses under /api/v1/."""

from django.urls import path

from socialfeeds.api import accounts

HERE = "commands/<slug:slug>/"

ACCOUNTS = [
    path(f"{HERE}accounts/", accounts.Accounts.as_view(), name="api_accounts"),
    path(f"{HERE}accounts/<int:id>/", accounts.AccountDetail.as_view(), name="api_account"),
]

urlpatterns = [*ACCOUNTS]
