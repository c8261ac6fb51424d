from django.urls import path

from ideas import composer, desk, views

urlpatterns = [
    path("conduct/", views.conduct, name="conduct"),
    path("emergency/", views.emergency, name="emergency"),
    path("<slug:slug>/", views.front_door, name="command"),
    path("<slug:slug>/home-zip/", views.home_zip, name="home_zip"),
    path("<slug:slug>/ideas/", views.board, name="ideas"),
    path("<slug:slug>/ideas/new/", composer.compose, name="compose"),
    path("<slug:slug>/ideas/new/review/", composer.suggest, name="suggest"),
    path("<slug:slug>/ideas/<int:pk>/", views.idea, name="idea"),
    path("<slug:slug>/ideas/<int:pk>/vote/", views.vote, name="vote"),
    path("<slug:slug>/ideas/<int:pk>/comments/", views.comment, name="comment"),
    path("<slug:slug>/weigh-in/", views.weigh_in, name="weigh_in"),
    path("<slug:slug>/photos/<uuid:key>/<slug:size>.jpg", views.photo, name="photo"),
    path("<slug:slug>/desk/", desk.queue, name="desk"),
    path("<slug:slug>/desk/ideas/<int:pk>/", desk.desk_idea, name="desk_idea"),
    path("<slug:slug>/desk/ideas/<int:pk>/decisions/", desk.decide, name="decide"),
    path("<slug:slug>/desk/comments/<int:pk>/", desk.desk_comment, name="desk_comment"),
    path("<slug:slug>/desk/comments/<int:pk>/decisions/", desk.decide_comment, name="decide_comment"),
    path("<slug:slug>/desk/settings/", desk.settings, name="desk_settings"),
]
