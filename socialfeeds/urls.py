from django.urls import path

from socialfeeds.views import accounts, connecting, outbox

OUTBOX = [
    path("<slug:slug>/desk/voice/", outbox.voice, name="voice"),
    path("<slug:slug>/desk/voice/<int:pk>/send-again/", outbox.send_again, name="send_again"),
    path("<slug:slug>/desk/voice/<int:pk>/was-sent/", outbox.was_sent, name="was_sent"),
]

CONNECT = "<slug:slug>/desk/accounts/connect/<slug:network>/"

ACCOUNTS = [
    path("<slug:slug>/desk/accounts/", accounts.accounts, name="accounts"),
    path("<slug:slug>/desk/accounts/<int:pk>/pause/", accounts.pause, name="pause_account"),
    path("<slug:slug>/desk/accounts/<int:pk>/disconnect/", accounts.disconnect, name="disconnect_account"),
    path(CONNECT, connecting.connect, name="connect"),
    path(
        "<slug:slug>/desk/accounts/connect/<slug:network>/choose/", connecting.choose, name="connect_choose"
    ),
    path("connect/<slug:network>/back/", connecting.back, name="connect_back"),
    path("<slug:slug>/desk/alarms/", accounts.desk_alarms, name="desk_alarms"),
    path("<slug:slug>/desk/alarms/<int:pk>/acknowledge/", accounts.acknowledge, name="acknowledge_alarm"),
]

urlpatterns = [*OUTBOX, *ACCOUNTS]
