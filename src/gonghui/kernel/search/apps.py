from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "gonghui.kernel.search"
    label = "search"
    verbose_name = "搜索"
