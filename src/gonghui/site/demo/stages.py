"""The stages of the demo in their order, and how each knows that it is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction

from gonghui.activities.census.models import Campaign, Wish
from gonghui.engines.language.models import Word
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.exchange.models import ImportBatch
from gonghui.kernel.identity.models import User
from gonghui.kernel.metrics import members as metrics
from gonghui.kernel.org.models import OrgEvent, Union
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.people.models import Membership
from gonghui.kernel.process.models import Case
from gonghui.kernel.rules.models import TableVersion
from gonghui.site.demo import (
    accounts,
    aiding,
    cast,
    census,
    charting,
    configuration,
    desk,
    feedback,
    founding,
    halls,
    joining,
    language,
    law,
    legal,
    moving,
    office,
    people,
    pushing,
    reviewing,
    rights,
    rosters,
    services,
    tables,
    texting,
    unions,
    upkeep,
    workers,
)
from gonghui.site.demo.stage import DEMO
from gonghui.systems.foundation.components.models import Definition
from gonghui.systems.foundation.config.models import Change
from gonghui.systems.foundation.services.models import Service
from gonghui.systems.foundation.users.models import Staff, Target
from gonghui.systems.media.short_messages.models import Message
from gonghui.systems.mobilization.founding.models import Preparation
from gonghui.systems.mobilization.legal_person.models import LegalPerson
from gonghui.systems.mobilization.membership.models import (
    Correction,
    DuplicatePair,
    JoinApplication,
    Organiser,
    StandingChange,
    Transfer,
    UnionChange,
    UnionTerm,
)
from gonghui.systems.mobilization.staff_congress.models import StaffCongress
from gonghui.systems.office.circulation.models import Outgoing
from gonghui.systems.portal.desk.models import Notice
from gonghui.systems.rights.feedback.models import Call
from gonghui.systems.rights.law.models import Statute
from gonghui.systems.rights.legal_aid.models import Aid
from gonghui.systems.service.hall.models import Piece


@dataclass(frozen=True)
class Stage:
    """A part of the demo, made in one transaction; `done` tells whether it is there."""

    title: str
    make: Callable[[], None]
    done: Callable[[], bool]


def _any(model) -> Callable[[], bool]:
    return lambda: model.objects.unscoped(DEMO).exists()


def _tree() -> None:
    unions.found_all()
    accounts.open_all()


def _people() -> None:
    people.settle()
    accounts.bind_all()


def _merged() -> bool:
    return OrgEvent.objects.unscoped(DEMO).filter(kind="merge").exists()


STAGES = (
    Stage("工会组织和演示账号", _tree, _any(Union)),
    Stage("会员", _people, _any(Membership)),
    Stage("工会合并", upkeep.merge_last_july, _merged),
    Stage("届期", upkeep.register_terms, _any(UnionTerm)),
    Stage("变更申请", upkeep.request_changes, _any(UnionChange)),
    Stage("入会申请", joining.apply_and_decide, _any(JoinApplication)),
    Stage("两级入会审批", reviewing.review_twice, _any(Case)),
    Stage("转会", moving.transfer_all, _any(Transfer)),
    Stage("会籍变动", moving.change_standing, _any(StandingChange)),
    Stage("导入批次", rosters.import_roster, _any(ImportBatch)),
    Stage("疑似重复人员", rosters.find_pairs, _any(DuplicatePair)),
    Stage("社会化工会工作者", workers.employ, _any(Organiser)),
    Stage("信息变更申请", workers.correct, _any(Correction)),
    Stage("建会和选举", founding.prepare_unions, _any(Preparation)),
    Stage("职代会和厂务公开", founding.run_congress, _any(StaffCongress)),
    Stage("普查活动", census.run_campaigns, _any(Campaign)),
    Stage("职工心愿", census.wish_and_answer, _any(Wish)),
    Stage("系统登记", services.register_systems, _any(Service)),
    Stage("图形和报表", charting.draw_all, _any(Definition)),
    Stage("配置变更", configuration.tune, _any(Change)),
    Stage("用户、岗位和授权", rights.settle, _any(Staff)),
    Stage("用户推送", pushing.connect, _any(Target)),
    Stage("公文流转", office.circulate, _any(Outgoing)),
    Stage("工会法人登记", legal.register_all, _any(LegalPerson)),
    Stage("12351 来件", feedback.answer_calls, _any(Call)),
    Stage("法律援助、调解和监督", aiding.serve_all, _any(Aid)),
    Stage("来文分析和网络信息", language.read_and_answer, _any(Word)),
    Stage("法律服务", law.serve, _any(Statute)),
    Stage("决策表", tables.write_tables, _any(TableVersion)),
    Stage("公告、关注和日程", desk.fill_desks, _any(Notice)),
    Stage("服务大厅", halls.open_halls, _any(Piece)),
    Stage("短信", texting.text_people, _any(Message)),
)


def run_all(say: Callable[[str], object]) -> None:
    """Make the stages that are missing, one transaction each, then fold the counts."""
    began = time.monotonic()
    made = sum(_run(stage, say) for stage in STAGES)
    while metrics.fold():
        pass
    if made:
        say(f"演示数据已就绪，用时 {time.monotonic() - began:.0f} 秒。")


def _run(stage: Stage, say: Callable[[str], object]) -> bool:
    began = time.monotonic()
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Two loads at once wait for each other instead of making everything twice.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('gonghui.demo'))")
        raise_wall(Scope.everything())
        if stage.done():
            _refuse_foreign()
            return False
        stage.make()
    say(f"演示数据：{stage.title}（{time.monotonic() - began:.1f} 秒）")
    return True


def _refuse_foreign() -> None:
    if not User.objects.filter(username=cast.ACCOUNTS[0].username).exists():
        raise Refusal(
            "数据库里已有其他数据，没有装入演示数据。",
            rule="演示数据只装入空数据库",
            remedy="请换一个空数据库，或去掉 --demo。",
        )
