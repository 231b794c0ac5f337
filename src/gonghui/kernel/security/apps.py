from django.apps import AppConfig


class SecurityConfig(AppConfig):
    name = "gonghui.kernel.security"
    label = "security"
    verbose_name = "安全"
