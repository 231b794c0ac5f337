"""`migrate` with the application's database role made before it and its rights given after it."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from gonghui.site import roles
from gonghui.site.migrating import only_what_changed


class Command(Migrate):
    """Django's own command between the two steps; test databases are made by it too."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Policies in migrations name the role, so it exists first."""
        if options["check_unapplied"] or options["plan"]:
            super().handle(*args, **options)
            return
        roles.create()
        with only_what_changed():
            super().handle(*args, **options)
        roles.grant()
