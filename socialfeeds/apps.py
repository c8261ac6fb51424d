from django.apps import AppConfig


class SocialfeedsConfig(AppConfig):
    name = "socialfeeds"
    verbose_name = "Social feeds"

    def ready(self) -> None:
        # It hears of every step of a message.
        from socialfeeds import record  # noqa: F401
