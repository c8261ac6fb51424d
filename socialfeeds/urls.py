from django.urls import path

from socialfeeds.views import hooks, numbers, outbox

OUTBOX = [
    path("<slug:slug>/desk/voice/", outbox.voice, name="voice"),
    path("<slug:slug>/desk/voice/<int:pk>/send-again/", outbox.send_again, name="send_again"),
    path("<slug:slug>/desk/voice/<int:pk>/was-sent/", outbox.was_sent, name="was_sent"),
]

HEARING = [
    path("<slug:slug>/desk/voice/numbers/", numbers.numbers, name="voice_numbers"),
    path("hooks/facebook/", hooks.facebook, name="hook_facebook"),
]

urlpatterns = [*OUTBOX, *HEARING]
