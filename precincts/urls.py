"""Finding a command, for people and for programs; and the people who work at one."""

from django.urls import path

from precincts import api, invitation, people, second_step, tokens, views

urlpatterns = [
    path("", views.home, name="home"),
    path("find/", views.find, name="find"),
    path("commands/", views.commands, name="commands"),
    path("city.geojson", views.city_geojson, name="city_geojson"),
    path("accounts/second-step/", second_step.second_step, name="second_step"),
    path("accounts/tokens/", tokens.personal_tokens, name="personal_tokens"),
    path("accounts/tokens/<int:pk>/revoke/", tokens.revoke_token, name="revoke_token"),
    path("invitations/<slug:secret>/", invitation.invitation, name="invitation"),
    path("headquarters/people/", people.city_people, name="city_people"),
    path("headquarters/people/<int:membership>/remove/", people.city_remove_role, name="city_remove_role"),
    path(
        "headquarters/people/invitations/<int:invitation>/again/",
        people.city_send_invitation,
        name="city_send_invitation",
    ),
    path(
        "headquarters/people/invitations/<int:invitation>/revoke/",
        people.city_revoke_invitation,
        name="city_revoke_invitation",
    ),
    path("<slug:slug>/desk/people/", people.people, name="people"),
    path("<slug:slug>/desk/people/<int:pk>/remove/", people.remove_role, name="remove_role"),
    path(
        "<slug:slug>/desk/people/invitations/<int:pk>/again/", people.send_invitation, name="send_invitation"
    ),
    path(
        "<slug:slug>/desk/people/invitations/<int:pk>/revoke/",
        people.revoke_invitation,
        name="revoke_invitation",
    ),
    path("api/v1/commands/", api.CommandList.as_view(), name="api_commands"),
    path("api/v1/commands/<slug:slug>/", api.CommandDetail.as_view(), name="api_command"),
    path("api/v1/participant/", api.ParticipantDetail.as_view(), name="api_participant"),
    path("api/v1/locate/", api.Locate.as_view(), name="api_locate"),
]
