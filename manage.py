#!/usr/bin/env python
"""Django's command line for Engage."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engage.settings")
    from django.core.management import execute_from_command_line

    from engage import embedded
    from engage.processes import StartError

    if not os.environ.get("ENGAGE_OFFLINE"):
        try:
            embedded.ensure()
        except StartError as error:
            sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
