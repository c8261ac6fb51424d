"""manage.py connect_account pct-109 x --token-env PCT109_TOKEN"""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from precincts.models import Command as Tenant
from socialfeeds.connecting import CannotConnect, connect
from socialfeeds.models import Network
from socialfeeds.networks.base import NetworkError


class Command(BaseCommand):
    help = "Connect a command's account on a network, or connect it again with a new token."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the command, for example pct-109")
        parser.add_argument("network", choices=Network.values)
        # Not the token itself: what stands in a command line, everybody on the machine can read.
        parser.add_argument("--token-env", required=True, metavar="NAME", help="the variable with the token")
        parser.add_argument("--handle", default="", help="refuse the token unless it is this account's")

    def handle(self, *args: Any, **options: Any) -> None:
        command = Tenant.objects.filter(slug=options["slug"]).first()
        if command is None:
            raise CommandError(f"There is no command {options['slug']}.")
        token = os.environ.get(options["token_env"], "")
        if not token:
            raise CommandError(f"The variable {options['token_env']} is empty. Put the token there.")
        try:
            account = connect(
                command=command, network=options["network"], handle=options["handle"], token=token
            )
        except (CannotConnect, NetworkError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{command.name}: {account} is connected.")
