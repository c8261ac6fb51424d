"""print_roles: what each role may do, as docs/roles.md has it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from precincts import roles


class Command(BaseCommand):
    help = "Print what each role may do, as docs/roles.md has it."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(roles.as_markdown(), ending="")
