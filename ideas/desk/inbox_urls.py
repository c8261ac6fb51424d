"""The addresses of the inbox."""

from django.urls import path

from ideas.desk import hiding, inbox, threads, watching

INBOX = "<slug:slug>/desk/inbox/"
THREAD = f"{INBOX}<int:pk>/"
MENTION = f"{INBOX}mentions/<int:pk>/"
HIDING = f"{INBOX}hidden/<int:pk>/"

urlpatterns = [
    path(INBOX, inbox.stream, name="inbox"),
    path(THREAD, inbox.thread, name="inbox_thread"),
    path(f"{THREAD}claim/", threads.claim_thread, name="claim_thread"),
    path(f"{THREAD}assign/", threads.assign_thread, name="assign_thread"),
    path(f"{THREAD}notes/", threads.note_thread, name="note_thread"),
    path(f"{THREAD}about/", threads.about_thread, name="about_thread"),
    path(f"{THREAD}done/", threads.finish_thread, name="finish_thread"),
    path(f"{THREAD}refer/", threads.refer_thread, name="refer_thread"),
    path(f"{THREAD}answer/", threads.answer_thread, name="answer_thread"),
    path(f"{MENTION}issue/", threads.make_issue, name="make_issue"),
    path(f"{MENTION}hide/", hiding.ask_hiding, name="ask_hiding"),
    path(f"{INBOX}words/", watching.watched_words, name="inbox_words"),
    path(f"{INBOX}words/<int:pk>/remove/", watching.unwatch_words, name="unwatch_words"),
    path(f"{INBOX}hidden/", hiding.hidden, name="inbox_hidden"),
    path(f"{INBOX}surges/<int:pk>/", inbox.surge, name="inbox_surge"),
    path(f"{HIDING}decide/", hiding.decide_hiding, name="decide_hiding"),
    path(f"{HIDING}undo/", hiding.undo_hiding, name="undo_hiding"),
]
