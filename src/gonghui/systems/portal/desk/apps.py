from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "gonghui.systems.portal.desk"
    label = "desk"
    verbose_name = "统一门户"

    def ready(self) -> None:
        from gonghui.systems.portal.desk.views import surroundings

        surroundings.register()
