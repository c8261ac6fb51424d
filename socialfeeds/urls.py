from django.urls import path

from socialfeeds.views import outbox, record

OUTBOX = [
    path("<slug:slug>/desk/voice/", outbox.voice, name="voice"),
    path("<slug:slug>/desk/voice/<int:pk>/send-again/", outbox.send_again, name="send_again"),
    path("<slug:slug>/desk/voice/<int:pk>/was-sent/", outbox.was_sent, name="was_sent"),
]

RECORD = [
    path("<slug:slug>/desk/record/", record.command_record, name="voice_record"),
    path("<slug:slug>/desk/record/export/", record.export, name="voice_record_export"),
    path("<slug:slug>/desk/record/holds/", record.holds, name="voice_holds"),
    path("<slug:slug>/desk/record/holds/<int:pk>/lift/", record.lift, name="voice_hold_lift"),
    path("headquarters/record/", record.city_record, name="headquarters_record"),
    path("headquarters/record/export/", record.city_export, name="headquarters_record_export"),
]

urlpatterns = [*OUTBOX, *RECORD]
