"""Run the simulated short message centre of a demonstration."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gonghui.site.simulators.smsc import run


class Command(BaseCommand):
    help = "Listen as a short message centre (SMPP and CMPP) for demonstrations"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("smpp", type=int)
        parser.add_argument("cmpp", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        run(options["smpp"], options["cmpp"])
