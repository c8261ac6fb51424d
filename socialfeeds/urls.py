from django.urls import path

from socialfeeds.views import bulk, calendar, offers, outbox, slots

OUTBOX = [
    path("<slug:slug>/desk/voice/", outbox.voice, name="voice"),
    path("<slug:slug>/desk/voice/<int:pk>/send-again/", outbox.send_again, name="send_again"),
    path("<slug:slug>/desk/voice/<int:pk>/was-sent/", outbox.was_sent, name="was_sent"),
]

PLANNING = [
    path("<slug:slug>/desk/voice/calendar/", calendar.calendar, name="calendar"),
    path("<slug:slug>/desk/voice/<int:pk>/move/", calendar.move, name="move_message"),
    path("<slug:slug>/desk/voice/slots/", slots.slots, name="slots"),
    path("<slug:slug>/desk/voice/slots/<int:pk>/remove/", slots.remove_slot, name="remove_slot"),
    path("<slug:slug>/desk/voice/bulk/", bulk.bulk_messages, name="bulk_messages"),
    path("<slug:slug>/desk/voice/bulk/template.csv", bulk.bulk_template, name="bulk_template"),
    path("<slug:slug>/desk/voice/bulk/<int:pk>/", bulk.bulk_batch, name="bulk_batch"),
    path("<slug:slug>/desk/voice/bulk/<int:pk>/left-out.csv", bulk.bulk_rejected, name="bulk_rejected"),
    path("<slug:slug>/desk/voice/offers/", offers.offers, name="offers"),
    path("<slug:slug>/desk/voice/offers/<int:pk>/", offers.decide_offer, name="decide_offer"),
]

urlpatterns = [*OUTBOX, *PLANNING]
