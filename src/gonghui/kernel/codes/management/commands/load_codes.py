from typing import Any

from django.core.management.base import BaseCommand

from gonghui.kernel.codes.writing import load


class Command(BaseCommand):
    help = "把随平台发布的代码表和业务参数写入数据库；可以重复执行。"

    def handle(self, *args: Any, **options: Any) -> None:
        done = load()
        self.stdout.write(
            f"代码表和业务参数已载入：新增 {done.added} 行，更新 {done.changed} 行，"
            f"删除 {done.removed} 行。"
        )
