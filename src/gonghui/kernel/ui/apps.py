"""App configuration of the user interface (界面)."""

from __future__ import annotations

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Templates, static files and template tags; no tables."""

    name = "gonghui.kernel.ui"
    label = "ui"
    verbose_name = "界面"
