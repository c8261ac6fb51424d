from django.urls import path

from socialfeeds.views import calendar, guardrails, numbers, outbox, slots

OUTBOX = [
    path("<slug:slug>/desk/voice/", outbox.voice, name="voice"),
    path("<slug:slug>/desk/voice/<int:pk>/send-again/", outbox.send_again, name="send_again"),
    path("<slug:slug>/desk/voice/<int:pk>/was-sent/", outbox.was_sent, name="was_sent"),
]

GUARDRAILS = [
    path("guardrails/", guardrails.read, name="guardrails"),
    path("guardrails/<int:number>/", guardrails.read, name="guardrails_edition"),
    path("headquarters/guardrails/", guardrails.write, name="headquarters_guardrails"),
    path("<slug:slug>/desk/voice/check/", guardrails.check, name="check_text"),
]

HEARING = [
    path("<slug:slug>/desk/voice/numbers/", numbers.numbers, name="voice_numbers"),
]

PLANNING = [
    path("<slug:slug>/desk/voice/calendar/", calendar.calendar, name="calendar"),
    path("<slug:slug>/desk/voice/<int:pk>/move/", calendar.move, name="move_message"),
    path("<slug:slug>/desk/voice/slots/", slots.slots, name="slots"),
    path("<slug:slug>/desk/voice/slots/<int:pk>/remove/", slots.remove_slot, name="remove_slot"),
]

urlpatterns = [
    *OUTBOX,
    *GUARDRAILS,
    *HEARING,
    *PLANNING,
]
