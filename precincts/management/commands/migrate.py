"""migrate, on the owner's connection: the runtime login may not change a table."""

from typing import Any

from django.core.management.commands import migrate


class Command(migrate.Command):
    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")
