"""C1.1 建会: founding a union, its congress and elections."""

from django.apps import AppConfig


class FoundingConfig(AppConfig):
    name = "gonghui.systems.mobilization.founding"
    label = "founding"
    verbose_name = "工会组建"

    def ready(self) -> None:
        from gonghui.systems.mobilization.founding.jobs import accounts, lapsing  # noqa: F401
        from gonghui.systems.mobilization.founding.resources import ending  # noqa: F401
