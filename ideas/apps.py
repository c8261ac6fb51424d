from django.apps import AppConfig


class IdeasConfig(AppConfig):
    name = "ideas"
    verbose_name = "Ideas"

    def ready(self) -> None:
        from ideas import receivers  # noqa: F401
        from ideas.from_mentions import topic_of
        from ideas.reference import load_reference
        from precincts.signals import city_loaded
        from socialfeeds import hints

        city_loaded.connect(load_reference)
        hints.suggest_topics_by(topic_of)
