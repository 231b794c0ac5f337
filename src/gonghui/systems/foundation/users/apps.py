from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "gonghui.systems.foundation.users"
    label = "users"
    verbose_name = "统一用户管理"
