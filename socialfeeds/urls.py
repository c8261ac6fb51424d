from django.urls import path

from socialfeeds import views

urlpatterns = [
    path("<slug:slug>/desk/voice/", views.voice, name="voice"),
    path("<slug:slug>/desk/voice/<int:pk>/send-again/", views.send_again, name="send_again"),
    path("<slug:slug>/desk/voice/<int:pk>/was-sent/", views.was_sent, name="was_sent"),
]
