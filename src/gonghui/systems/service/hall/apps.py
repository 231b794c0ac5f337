from django.apps import AppConfig


class HallConfig(AppConfig):
    name = "gonghui.systems.service.hall"
    label = "hall"
    verbose_name = "职工服务平台"

    def ready(self) -> None:
        from gonghui.systems.service.hall.views import frame

        frame.register()
