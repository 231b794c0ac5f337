from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "gonghui.kernel.identity"
    label = "identity"
    verbose_name = "用户与登录"

    def ready(self) -> None:
        from gonghui.kernel.identity import jobs, sessions  # noqa: F401
