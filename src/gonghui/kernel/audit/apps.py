"""Audit (审计)."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "gonghui.kernel.audit"
    verbose_name = "审计"
