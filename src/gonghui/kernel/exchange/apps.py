"""Django app of import and export (数据导入导出)."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "gonghui.kernel.exchange"
    label = "exchange"
    verbose_name = "导入导出"
