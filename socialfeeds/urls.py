from django.urls import path

from socialfeeds.views import composer, messages, outbox

OUTBOX = [
    path("<slug:slug>/desk/voice/", outbox.voice, name="voice"),
    path("<slug:slug>/desk/voice/<int:pk>/send-again/", outbox.send_again, name="send_again"),
    path("<slug:slug>/desk/voice/<int:pk>/was-sent/", outbox.was_sent, name="was_sent"),
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

urlpatterns = [*OUTBOX, *WRITING]
