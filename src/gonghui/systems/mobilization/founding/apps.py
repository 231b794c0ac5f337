"""C1.1 建会: founding a union, its congress and elections."""

from django.apps import AppConfig


class FoundingConfig(AppConfig):
    name = "gonghui.systems.mobilization.founding"
    label = "founding"
    verbose_name = "工会组建"
