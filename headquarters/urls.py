from django.urls import path

from headquarters import appeals, conduct, goals, views

urlpatterns = [
    path("headquarters/", views.city, name="headquarters"),
    path("headquarters/appeals/", appeals.appeals, name="headquarters_appeals"),
    path("headquarters/appeals/<slug:slug>/<int:pk>/", appeals.appeal, name="headquarters_appeal"),
    path("headquarters/conduct/", conduct.write, name="headquarters_conduct"),
    path("headquarters/goals/", goals.service_goals, name="headquarters_goals"),
]
