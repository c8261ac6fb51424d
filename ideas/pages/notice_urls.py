"""Addresses of notices: one reader's, whatever the command."""

from django.urls import path

from ideas.pages import following, mailbox, notices, unsubscribe

urlpatterns = [
    path("notices/", notices.notices, name="notices"),
    path("notices/count/", notices.notices_count, name="notices_count"),
    path("notices/read/", notices.read_notices, name="read_notices"),
    path("following/", following.page, name="following"),
    path("following/add/", following.follow, name="follow"),
    path("following/idea/stop/", following.unfollow_idea, name="unfollow_idea"),
    path("following/<int:pk>/stop/", following.unfollow, name="unfollow"),
    path("following/contact/", following.contact, name="contact"),
    path("following/contact/stop/", following.stop_contact, name="stop_contact"),
    path("following/confirm/<str:token>/", unsubscribe.confirm_contact, name="confirm_contact"),
    path("unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("bounces/", mailbox.bounces, name="bounces"),
    path("outbox/", mailbox.outbox, name="outbox"),
    path("outbox/<str:name>/", mailbox.outbox_message, name="outbox_message"),
    path("outbox/<str:name>/html/", mailbox.outbox_html, name="outbox_html"),
]
