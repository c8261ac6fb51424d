from django.urls import path

from socialfeeds.views import course, guardrails, outbox, pauses, training

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

PAUSES = [
    path("headquarters/pauses/", pauses.pauses, name="headquarters_pauses"),
    path("headquarters/pauses/<int:pause>/lift/", pauses.lift, name="lift_pause"),
    path("headquarters/pauses/<int:pause>/missed/", pauses.missed, name="missed_in_pause"),
    path("<slug:slug>/desk/voice/pause/", pauses.pause_command, name="pause_command"),
    path("<slug:slug>/desk/voice/missed/", pauses.missed_at_command, name="missed_at_command"),
]

urlpatterns = [*OUTBOX, *GUARDRAILS, *TRAINING, *PAUSES]
