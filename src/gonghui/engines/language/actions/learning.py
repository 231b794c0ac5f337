"""Corrections, and models learned from them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from gonghui.engines.language.models import (
    Correction,
    CorrectionState,
    ModelState,
    ModelVersion,
)
from gonghui.engines.language.permissions import ACTIVATE, CORRECT, DECIDE_CORRECTIONS, TRAIN
from gonghui.engines.language.queries import models as queries
from gonghui.engines.language.queries import tasks
from gonghui.engines.language.queries.judging import judge
from gonghui.engines.language.rules import training
from gonghui.engines.language.rules.categories import CATEGORIES
from gonghui.engines.language.rules.evaluating import is_held_out
from gonghui.engines.language.rules.masking import masked
from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.jobs.models import Task
from gonghui.kernel.jobs.registry import JOBS
from gonghui.kernel.jobs.tasks import start as start_task
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at

LEARNED = "what people corrected anywhere is learned together"
WORSE = 0.02
"""Loss of the share right from which a model is put in use only with a reason."""


def _silent(done: int, total: int) -> None:
    """Nobody waits."""


@action("language.correct", "纠正分类建议", CORRECT, creates=True)
def correct(
    union: Union, *, by: Actor, text: str, label: str, reason: str = "", ref: str = ""
) -> Correction:
    """Say what a text is about; learned after a second person agrees."""
    text = text.strip()
    if label not in CATEGORIES:
        raise Refusal("没有这个类别。", field="label", code="label")
    if not 2 <= len(text) <= 4_000:
        raise Refusal("文本应为 2 至 4000 个字。", field="text", code="length")
    found = judge(text, union.path)
    made = Correction(
        text=text,
        suggested=found.first.label,
        share=round(found.first.share, 4),
        label=label,
        ref=ref,
        model_number=queries.active_number(),
        by_id=by.user_id,
        by_name=by.name,
        at=timezone.now(),
    )
    made.reason = reason
    made.place_at(union)
    made.save()
    return made


@action("language.correct.accept", "采纳分类纠正", DECIDE_CORRECTIONS)
def accept(correction: Correction, *, by: Actor, opinion: str = "") -> Correction:
    """Let a correction be learned; not one's own."""
    return _decided(correction, by, CorrectionState.ACCEPTED, opinion)


@action("language.correct.reject", "不采纳分类纠正", DECIDE_CORRECTIONS)
def reject(correction: Correction, *, by: Actor, opinion: str) -> Correction:
    return _decided(correction, by, CorrectionState.REJECTED, opinion)


def _decided(correction: Correction, by: Actor, state: CorrectionState, opinion: str) -> Correction:
    if correction.state != CorrectionState.NEW:
        raise Conflict("这条纠正已经审核过。")
    if correction.by_id is not None and correction.by_id == by.user_id:
        raise Forbidden(
            "不能审核自己提出的纠正。",
            rule="训练数据由两人把关，防止误导模型",
            remedy="请本工会其他审批人审核。",
            code="own",
        )
    correction.state = state
    correction.decided_by, correction.decided_at = by.name, timezone.now()
    correction.opinion = opinion
    correction.version += 1
    correction.save()
    return correction


@action("language.train", "训练分类模型", TRAIN, creates=True)
def order_training(union: Union, *, by: Actor) -> Task:
    """Have a candidate trained in the background, at the province; the task carries its state."""
    if union.parent_id is not None:
        raise Refusal(
            "模型全省共用，由省总工会训练。",
            remedy="采纳的纠正会在省总工会下次训练时学习。",
            code="province",
        )
    if tasks.under_way() is not None:
        raise Conflict("正在训练，完成后再发起。", code="running")
    return queue_training(union, by.name, by.user_id)


def queue_training(union: Union, name: str, user_id: int | None) -> Task:
    """Queue the job that trains; for people's orders and for the clock."""
    return start_task(
        JOBS[tasks.KIND],
        title="训练分类模型",
        started_by_id=user_id,
        org_path=union.path,
        union_id=union.pk,
        by_id=user_id,
        by_name=name,
    )


def train(
    union: Union, *, by_id: int | None, by_name: str, report: Callable[[int, int], None] = _silent
) -> ModelVersion:
    """A candidate of our set and every accepted correction; half a minute of one core.

    Of corrections it learns what names nobody: a model keeps its words in plain.

    report(done, total) is called between its steps, outside a transaction. Conflict when nothing
    new was there to learn.
    """
    with transaction.atomic(), wall_at(Scope.everything()):
        rows = Correction.objects.unscoped(LEARNED).filter(
            state__in=(CorrectionState.ACCEPTED, CorrectionState.LEARNED)
        )
        pairs = [(item.pk, item.label, item.text.reveal()) for item in rows.order_by("pk")]
    told = [(label, masked(text)) for _, label, text in pairs if not is_held_out(text)]
    model = training.trained(told, report)
    packed = model.packed()
    digest = hashlib.sha256(packed).hexdigest()
    same = queries.versions().filter(digest=digest).first()
    if same is not None or digest == _builtin_digest():
        name = f"第 {same.number} 版" if same else "内置模型"
        raise Conflict(
            f"训练数据没有变化，得到的与{name}完全相同。",
            remedy="采纳新的纠正之后再训练。",
            code="same",
        )
    made = ModelVersion(
        packed=packed,
        digest=digest,
        figures=training.figures_of(model),
        texts=model.trained_on,
        corrections=len(pairs),
        trained_by=by_name,
        trained_by_id=by_id,
    )
    return keep(union, by=platform("模型训练"), made=made, learned=[pk for pk, _, _ in pairs])


@action("language.train.keep", "保存训练出的模型", TRAIN, creates=True)
def keep(union: Union, *, by: Actor, made: ModelVersion, learned: Sequence[int]) -> ModelVersion:
    """Keep what was trained as a candidate and mark what it learned from."""
    made.number = (queries.versions().aggregate(last=Max("number"))["last"] or 0) + 1
    made.trained_at = timezone.now()
    made.place_at(union)
    made.save()
    rows = Correction.objects.unscoped(LEARNED).filter(pk__in=learned)
    rows.filter(state=CorrectionState.ACCEPTED).update(
        state=CorrectionState.LEARNED, learned_in=made.number
    )
    note(texts=made.texts, corrections=made.corrections, ordered_by=made.trained_by)
    return made


@action("language.activate", "启用分类模型", ACTIVATE, step_up=True)
def activate(model: ModelVersion, *, by: Actor, reason: str = "") -> ModelVersion:
    """Put a version in use instead of the present one; also the way back to an earlier one."""
    if model.state == ModelState.ACTIVE:
        raise Conflict("这一版正在使用。")
    if model.trained_by_id is not None and model.trained_by_id == by.user_id:
        raise Forbidden(
            "训练人不能启用自己训练的模型。",
            rule="模型的训练和启用由两人办理",
            remedy="请其他审批人启用。",
            code="own",
        )
    lost = figures_now()["right"] - model.figures["right"]
    if lost > WORSE and len(reason.strip()) < 10:
        raise Refusal(
            f"这一版在测试集上的正确率比现用的低 {100 * lost:.1f} 个百分点。",
            remedy="确需启用的，请写明不少于十个字的理由。",
            field="reason",
            code="worse",
        )
    queries.versions().filter(state=ModelState.ACTIVE).update(
        state=ModelState.RETIRED, decided_at=timezone.now(), decided_by=by.name
    )
    model.state = ModelState.ACTIVE
    model.decided_at, model.decided_by, model.reason = timezone.now(), by.name, reason
    model.version += 1
    model.save()
    transaction.on_commit(queries.forget)
    return model


@action("language.deactivate", "停用分类模型", ACTIVATE, step_up=True)
def deactivate(model: ModelVersion, *, by: Actor, reason: str) -> ModelVersion:
    """Go back to the model the package brings."""
    if model.state != ModelState.ACTIVE:
        raise Conflict("这一版没有在使用。")
    model.state = ModelState.RETIRED
    model.decided_at, model.decided_by, model.reason = timezone.now(), by.name, reason
    model.version += 1
    model.save()
    transaction.on_commit(queries.forget)
    return model


def figures_now() -> dict:
    """The figures of the version in use."""
    used = queries.versions().filter(state=ModelState.ACTIVE).first()
    return used.figures if used else training.known_figures()["builtin"]


def _builtin_digest() -> str:
    return hashlib.sha256(training.MODEL_FILE.read_bytes()).hexdigest()
