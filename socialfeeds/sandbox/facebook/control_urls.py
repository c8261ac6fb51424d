"""Facebook's part of the control surface."""

from django.urls import path

from ..gate import methods
from . import control

urlpatterns = [
    path("pages", methods(GET=control.list_pages, POST=control.save_page)),
    path("posts", methods(GET=control.list_posts, POST=control.write_post)),
    path("dead", methods(POST=control.change_password)),
]
