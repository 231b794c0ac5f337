"""A small system with one service the hall asks for itself, declared when called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django import forms

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import SYSTEMS, System
from gonghui.kernel.resource.services import (
    HARDSHIP,
    OF_WORKING_AGE,
    WORKERS,
    Application,
    Guide,
    Handed,
    Level,
    Material,
    Receipt,
    Screen,
    Service,
    Verb,
    Words,
)


class What(forms.Form):
    title = forms.CharField(label="什么困难", max_length=60)
    kind = forms.ChoiceField(label="要什么", choices=[("money", "救助金"), ("visit", "上门看看")])
    mobile = forms.CharField(label="联系手机", max_length=20)


class Money(forms.Form):
    amount = forms.IntegerField(label="需要多少", min_value=1, max_value=9999)


class Taken:
    """What was handed to the system, and what was asked of its matters."""

    def __init__(self) -> None:
        self.handed: list[tuple[Handed, Actor]] = []
        self.said: list[tuple[str, str, str]] = []

    def submit(self, handed: Handed, by: Actor) -> Receipt:
        self.handed.append((handed, by))
        number = len(self.handed)
        return Receipt(
            f"KN{number:06d}",
            "sample.matter",
            number,
            "工会五个工作日内上门核实。",
            due_on=date(2026, 12, 1),
        )

    def withdraw(self, target_id: str, actor: Actor, words: Words) -> None:
        self.said.append(("withdraw", target_id, words.text))


def service(taken: Taken, **more: Any) -> Service:
    facts: dict[str, Any] = {"level": Level.IDENTITY, **more}
    return Service(
        "sample",
        "困难补助",
        (HARDSHIP,),
        Guide("遇到困难，工会帮一把。", time_limit="五个工作日", handled_by="所在工会"),
        who=WORKERS,
        conditions=(OF_WORKING_AGE,),
        materials=(
            Material("id-card", "身份证照片"),
            Material("proof", "困难证明", required=False),
        ),
        apply=Application(
            (
                Screen("what", "什么困难", What, fill=lambda known: {"mobile": known.mobile}),
                Screen("money", "金额", Money, shown=lambda told: told.get("kind") == "money"),
            ),
            taken.submit,
        ),
        targets=("sample.matter",),
        verbs=(Verb("withdraw", "撤回", lambda target, actor: True, taken.withdraw),),
        keywords=("救助", "补助"),
        **facts,
    )


@contextmanager
def declared(**more: Any) -> Iterator[Taken]:
    """The system is there inside the block, and forgotten at its end."""
    before = dict(SYSTEMS)
    taken = Taken()
    System(
        code="X9",
        name="样例系统",
        owner="网络工作部",
        chapter="专项活动",
        functions={},
        services=(service(taken, **more),),
    )
    try:
        yield taken
    finally:
        SYSTEMS.clear()
        SYSTEMS.update(before)
