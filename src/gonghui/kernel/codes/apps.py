from django.apps import AppConfig


class CodesConfig(AppConfig):
    name = "gonghui.kernel.codes"
    label = "codes"
    verbose_name = "代码与参数"
