"""Mastodon's part of the control surface."""

from django.urls import path

from ..gate import methods
from . import control

urlpatterns = [
    path("accounts", methods(GET=control.list_accounts, POST=control.save_account)),
    path("statuses", methods(GET=control.list_statuses, POST=control.write_status)),
    path("dead", methods(POST=control.revoke)),
    path("switches", methods(GET=control.switches, POST=control.switch)),
]
