from django.apps import AppConfig


class SocialfeedsConfig(AppConfig):
    name = "socialfeeds"
    verbose_name = "Social feeds"
