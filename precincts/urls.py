"""Finding a command, for people and for programs."""

from django.urls import path

from precincts import api, second_step, tokens, views

urlpatterns = [
    path("", views.home, name="home"),
    path("find/", views.find, name="find"),
    path("commands/", views.commands, name="commands"),
    path("city.geojson", views.city_geojson, name="city_geojson"),
    path("accounts/second-step/", second_step.second_step, name="second_step"),
    path("accounts/tokens/", tokens.personal_tokens, name="personal_tokens"),
    path("accounts/tokens/<int:pk>/revoke/", tokens.revoke_token, name="revoke_token"),
    path("api/v1/commands/", api.CommandList.as_view(), name="api_commands"),
    path("api/v1/commands/<slug:slug>/", api.CommandDetail.as_view(), name="api_command"),
    path("api/v1/participant/", api.ParticipantDetail.as_view(), name="api_participant"),
    path("api/v1/locate/", api.Locate.as_view(), name="api_locate"),
]
