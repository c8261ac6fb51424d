from django.urls import path

from headquarters import views

urlpatterns = [path("headquarters/", views.city, name="headquarters")]
