"""Files (文件)."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "gonghui.kernel.files"
    verbose_name = "文件"
