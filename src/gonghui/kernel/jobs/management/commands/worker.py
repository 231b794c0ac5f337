"""The worker command: runs background jobs until it is asked to end."""

from typing import Any

from django.core.management.base import BaseCommand

from gonghui.kernel.jobs.worker import run_worker


class Command(BaseCommand):
    help = "运行后台任务进程，直到收到停止信号"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("后台任务进程已启动。")
        self.stdout.flush()
        run_worker()
        self.stdout.write("后台任务进程已停止。")
