from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.conf import settings


class ResourceConfig(AppConfig):
    name = "gonghui.kernel.resource"
    label = "resource"
    verbose_name = "业务页面"

    def ready(self) -> None:
        from gonghui.kernel.resource import checks, menus  # noqa: F401

        for app in settings.GONGHUI_SYSTEMS:
            if find_spec(f"{app}.system"):
                import_module(f"{app}.system")

        from gonghui.kernel.resource.finding import register_all

        register_all()
