from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "gonghui.kernel.people"
    label = "people"
    verbose_name = "人员与会籍"

    def ready(self) -> None:
        from gonghui.kernel.people import following  # noqa: F401
