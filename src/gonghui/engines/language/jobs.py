"""What happens by itself: frequencies of keys are counted, models are trained."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from gonghui.engines.language import tunables
from gonghui.engines.language.actions.learning import LEARNED, queue_training, train
from gonghui.engines.language.actions.recording import count_keys
from gonghui.engines.language.models import Correction, CorrectionState
from gonghui.engines.language.queries import tasks
from gonghui.kernel.jobs.models import Task
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.kernel.jobs.tasks import long_job, progress
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, raise_wall

TURNS = 50
CLOCK = "系统定时"


@every(600)
@job("language.frequencies", "相似文本特征计数", retry=3, once=True)
def frequencies() -> int:
    """Count the keys of new entries; returns the rows touched."""
    done = 0
    for _ in range(TURNS):
        touched = count_keys()
        done += touched
        if not touched:
            break
    return done


@long_job(tasks.KIND, "训练分类模型", lock=tasks.KIND)
def train_model(task: Task, union_id: int, by_id: int | None, by_name: str) -> dict[str, Any]:
    """Train a candidate; its number and share right in Task.result."""
    union = Union.objects.unscoped("the province a model lies at").get(pk=union_id)

    def report(done: int, total: int) -> None:
        progress(task, done, total, f"第 {done} 步，共 {total} 步")

    made = train(union, by_id=by_id, by_name=by_name, report=report)
    return {"number": made.number, "right": made.figures["right"]}


@every("40 1 * * *")
@job("language.relearn", "学习采纳的纠正", once=True)
def relearn() -> bool:
    """Order a training when enough accepted corrections wait; a person still puts it in use."""
    with transaction.atomic():
        raise_wall(Scope.everything())
        waiting = Correction.objects.unscoped(LEARNED).filter(state=CorrectionState.ACCEPTED)
        if waiting.count() < tunables.RELEARN_FROM.value() or tasks.under_way() is not None:
            return False
        province = Union.objects.unscoped(LEARNED).get(parent=None)
        queue_training(province, CLOCK, None)
    return True
