from django.apps import AppConfig


class SignOnConfig(AppConfig):
    name = "gonghui.systems.portal.sign_on"
    label = "sign_on"
    verbose_name = "单点登录"

    def ready(self) -> None:
        from gonghui.kernel.identity import sessions
        from gonghui.kernel.ui import shell
        from gonghui.systems.portal.sign_on.actions.ending import session_ended
        from gonghui.systems.portal.sign_on.public import external

        sessions.on_ended(session_ended)
        shell.register_external(external)
