"""Background work (后台任务)."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "gonghui.kernel.jobs"
    verbose_name = "后台任务"

    def ready(self) -> None:
        from gonghui.kernel.jobs import standing  # noqa: F401

        # A job is known by its declaration, so every process declares all of them.
        autodiscover_modules("jobs")
