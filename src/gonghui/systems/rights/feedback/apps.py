"""C4.5 职工意见反馈系统 / 12351."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "gonghui.systems.rights.feedback"
    label = "feedback"
    verbose_name = "意见反馈"
