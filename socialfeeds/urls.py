from django.urls import path

from socialfeeds.views import (
    accounts,
    bulk,
    calendar,
    composer,
    connecting,
    course,
    guardrails,
    hooks,
    messages,
    numbers,
    offers,
    outbox,
    pauses,
    record,
    slots,
    training,
)

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

GUARDRAILS = [
    path("guardrails/", guardrails.read, name="guardrails"),
    path("guardrails/<int:number>/", guardrails.read, name="guardrails_edition"),
    path("headquarters/guardrails/", guardrails.write, name="headquarters_guardrails"),
    path("<slug:slug>/desk/voice/check/", guardrails.check, name="check_text"),
]

HEARING = [
    path("<slug:slug>/desk/voice/numbers/", numbers.numbers, name="voice_numbers"),
    path("hooks/facebook/", hooks.facebook, name="hook_facebook"),
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

TRAINING = [
    path("course/", course.course, name="course"),
    path("course/lessons/<int:place>/", course.lesson, name="lesson"),
    path("course/quiz/", course.quiz, name="quiz"),
    path("course/quiz/<int:attempt>/", course.result, name="quiz_result"),
    path("headquarters/training/", training.due, name="headquarters_training"),
    path("headquarters/training/people/<int:user>/", training.revoke, name="revoke_certificate"),
    path("headquarters/training/course/", training.course, name="headquarters_course"),
    path("headquarters/training/lessons/new/", training.edit_lesson, name="new_lesson"),
    path("headquarters/training/lessons/<int:lesson>/", training.edit_lesson, name="edit_lesson"),
    path("headquarters/training/questions/new/", training.edit_question, name="new_question"),
    path("headquarters/training/questions/<int:question>/", training.edit_question, name="edit_question"),
]

WRITING = [
    path("<slug:slug>/desk/voice/new/", composer.new, name="voice_new"),
    path("<slug:slug>/desk/voice/preview/", composer.preview, name="voice_preview"),
    path("<slug:slug>/desk/voice/pictures/<uuid:key>/", composer.picture, name="voice_picture"),
    path("<slug:slug>/desk/voice/<int:pk>/", messages.message, name="voice_message"),
    path("<slug:slug>/desk/voice/<int:pk>/edit/", composer.edit, name="voice_edit"),
    path("<slug:slug>/desk/voice/<int:pk>/approve/", messages.approve, name="voice_approve"),
    path("<slug:slug>/desk/voice/<int:pk>/take-back/", messages.take_back, name="voice_take_back"),
    path("<slug:slug>/desk/voice/<int:pk>/withdraw/", messages.withdraw, name="voice_withdraw"),
    path("<slug:slug>/desk/voice/posts/<int:pk>/delete/", messages.delete_post, name="voice_delete_post"),
]

RECORD = [
    path("<slug:slug>/desk/record/", record.command_record, name="voice_record"),
    path("<slug:slug>/desk/record/export/", record.export, name="voice_record_export"),
    path("<slug:slug>/desk/record/holds/", record.holds, name="voice_holds"),
    path("<slug:slug>/desk/record/holds/<int:pk>/lift/", record.lift, name="voice_hold_lift"),
    path("headquarters/record/", record.city_record, name="headquarters_record"),
    path("headquarters/record/export/", record.city_export, name="headquarters_record_export"),
]

PAUSES = [
    path("headquarters/pauses/", pauses.pauses, name="headquarters_pauses"),
    path("headquarters/pauses/<int:pause>/lift/", pauses.lift, name="lift_pause"),
    path("headquarters/pauses/<int:pause>/missed/", pauses.missed, name="missed_in_pause"),
    path("<slug:slug>/desk/voice/pause/", pauses.pause_command, name="pause_command"),
    path("<slug:slug>/desk/voice/missed/", pauses.missed_at_command, name="missed_at_command"),
]

urlpatterns = [
    *OUTBOX,
    *ACCOUNTS,
    *GUARDRAILS,
    *HEARING,
    *PLANNING,
    *TRAINING,
    *WRITING,
    *RECORD,
    *PAUSES,
]
