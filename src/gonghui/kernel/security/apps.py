from django.apps import AppConfig


class SecurityConfig(AppConfig):
    name = "gonghui.kernel.security"
    label = "security"
    verbose_name = "安全"

    def ready(self) -> None:
        # What declares settings is known in every process, whatever it serves.
        from gonghui.kernel.security import edge, outgoing, rates, watching  # noqa: F401
