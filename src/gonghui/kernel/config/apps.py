"""Settings (配置项): what administrators may tune while the platform runs."""

from django.apps import AppConfig
from django.conf import settings


class ConfigConfig(AppConfig):
    name = "gonghui.kernel.config"
    label = "config"
    verbose_name = "配置"

    def ready(self) -> None:
        # A served process reports itself even while it reads no setting.
        refreshed = getattr(settings, "CONFIG_REFRESH_SECONDS", 2) is not None
        if getattr(settings, "PROCESS", "") and refreshed:
            from gonghui.kernel.config import watching

            watching.ensure()
