from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


class PrecinctsConfig(AppConfig):
    name = "precincts"
    verbose_name = "Commands"

    def ready(self) -> None:
        from precincts import checks as ours

        checks.register(ours.check_tenant_models, checks.Tags.models)
        checks.register(ours.check_second_factor, checks.Tags.security)
        checks.register(ours.check_walls, checks.Tags.database)
        post_migrate.connect(_lay_walls, sender=self)


def _lay_walls(using: str, plan: Any = (), **kwargs: Any) -> None:
    """Last of all apps' post_migrate: precincts is installed after every app with tenant tables."""
    from precincts import walls

    walls.lay(using)
