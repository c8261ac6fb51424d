from django.urls import path

from ideas.desk import deciding, item, queue, settings
from ideas.pages import author, board, composer, conduct, idea, photo, weigh_in

urlpatterns = [
    path("conduct/", conduct.conduct, name="conduct"),
    path("conduct/<int:number>/", conduct.edition, name="conduct_edition"),
    path("emergency/", conduct.emergency, name="emergency"),
    path("<slug:slug>/", board.front_door, name="command"),
    path("<slug:slug>/home-zip/", board.home_zip, name="home_zip"),
    path("<slug:slug>/ideas/", board.board, name="ideas"),
    path("<slug:slug>/ideas/new/", composer.compose, name="compose"),
    path("<slug:slug>/ideas/new/review/", composer.suggest, name="suggest"),
    path("<slug:slug>/ideas/<int:pk>/", idea.idea, name="idea"),
    path("<slug:slug>/ideas/<int:pk>/vote/", idea.vote, name="vote"),
    path("<slug:slug>/ideas/<int:pk>/comments/", idea.comment, name="comment"),
    path("<slug:slug>/ideas/<int:pk>/appeal/", author.appeal, name="appeal"),
    path("<slug:slug>/ideas/<int:pk>/withdraw/", author.withdraw, name="withdraw"),
    path("<slug:slug>/comments/<int:pk>/appeal/", author.comment_appeal, name="comment_appeal"),
    path("<slug:slug>/mine/<str:key>/", author.mine, name="mine"),
    path("<slug:slug>/mine/<str:key>/appeal/", author.mine_appeal, name="mine_appeal"),
    path("<slug:slug>/mine/<str:key>/withdraw/", author.mine_withdraw, name="mine_withdraw"),
    path("<slug:slug>/weigh-in/", weigh_in.weigh_in, name="weigh_in"),
    path("<slug:slug>/photos/<uuid:key>/<slug:size>.jpg", photo.photo, name="photo"),
    path("<slug:slug>/desk/", queue.queue, name="desk"),
    path("<slug:slug>/desk/ideas/<int:pk>/", item.desk_idea, name="desk_idea"),
    path("<slug:slug>/desk/ideas/<int:pk>/decisions/", deciding.decide, name="decide"),
    path("<slug:slug>/desk/comments/<int:pk>/", item.desk_comment, name="desk_comment"),
    path("<slug:slug>/desk/comments/<int:pk>/decisions/", deciding.decide_comment, name="decide_comment"),
    path("<slug:slug>/desk/settings/", settings.settings, name="desk_settings"),
]
