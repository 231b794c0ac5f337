"""How the papers of founding and elections look: official documents and forms."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from gonghui.kernel.documents.content import (
    Align,
    Cell,
    Form,
    Kind,
    Official,
    Row,
    Signer,
    chinese_day,
    label,
)
from gonghui.systems.mobilization.founding.models import Ballot, Election, Preparation
from gonghui.systems.mobilization.founding.models.elections import ElectionState, Purpose
from gonghui.systems.mobilization.founding.queries import elections as queries
from gonghui.systems.mobilization.founding.rules.elections import Office


def ballot_paper(election: Election, ballot: Ballot) -> Form:
    head = Row((label("候选人"), label("赞成"), label("不赞成"), label("弃权")), 12)
    rows = [
        Row((Cell(item.name, align=Align.CENTER), Cell(), Cell(), Cell()), 12)
        for item in ballot.candidates.all()
    ]
    others = Row((label("另选他人"), Cell(span=3, lines=True)), 14)
    return Form(
        title="选票",
        subtitle=f"{election.union_name}第{election.number}届{ballot}",
        rows=(head, *rows, others),
        widths=(2, 1, 1, 1),
        notes=(
            f"应选 {ballot.seats} 名。每张选票所选人数不多于应选名额的为有效票，多于的为无效票。",
            "在所选的一格画“○”；另选他人的，写明姓名。",
        ),
    )


def _result(election: Election) -> list[str]:
    found = []
    for ballot in queries.ballots_of(election):
        if not ballot.is_counted:
            continue
        votes = "，".join(
            f"{item.name} {item.votes} 票{'（当选）' if item.elected else ''}"
            for item in ballot.candidates.all()
            if item.votes is not None
        )
        found.append(
            f"{ballot}：发出选票 {ballot.issued} 张，收回 {ballot.returned} 张，有效票"
            f" {ballot.valid} 张。{votes + '。' if votes else ''}"
            f"结果：{ballot.get_result_display()}。"
        )
    return found


def _elected(election: Election) -> list[str]:
    names: dict[str, list[str]] = {}
    for item in queries.elected_of(election):
        names.setdefault(item.ballot.office, []).append(item.name)
    return [f"{Office(office).label}：{'、'.join(people)}。" for office, people in names.items()]


def _attendance(election: Election) -> str:
    return (
        f"{_day(election)}，{election.union_name}召开{election.get_assembly_display()}，"
        f"应到 {election.due} 人，实到 {election.present} 人，符合法定到会人数。"
    )


def _day(election: Election) -> str:
    return chinese_day(election.held_on) if election.held_on else ""


def minutes(election: Election) -> Official:
    return Official(
        organs=(election.union_name,),
        title=f"{election.union_name}{election.get_purpose_display()}纪要",
        body=(
            _attendance(election),
            f"会议由{election.chaired_by}主持，监票人、计票人：{election.tellers}。",
            *_result(election),
        ),
        kind=Kind.MINUTES,
        mark=f"{election.union_name}纪要",
        date=election.held_on,
        draft=election.state != ElectionState.APPROVED,
    )


def report(election: Election) -> Official:
    return Official(
        organs=(election.union_name,),
        title=f"关于{election.union_name}第{election.number}届委员会选举结果的报告",
        to=(election.superior.name,),
        body=(
            _attendance(election) + "大会以无记名投票方式进行了选举，现将结果报告如下。",
            *_elected(election),
            f"本届任期{election.years}年。",
            "以上报告，请批复。",
        ),
        upward=True,
        signers=(Signer(election.chaired_by),),
        date=election.held_on,
        draft=election.state in (ElectionState.HELD, ElectionState.RETURNED),
    )


def reply(election: Election) -> Official:
    founded = election.purpose == Purpose.FOUND
    words = f"同意成立{election.union_name}，" if founded else ""
    return Official(
        organs=(election.superior.name,),
        title=f"关于{'成立' if founded else ''}{election.union_name}"
        f"{'和' if founded else ''}选举结果的批复",
        number=election.document,
        to=(election.union_name,),
        body=(
            f"你单位报来的选举结果收悉。经研究，{words}同意{_day(election)}"
            f"{election.get_assembly_display()}的选举结果：",
            *_elected(election),
            f"本届任期{election.years}年。",
        ),
        date=_decided_on(election),
    )


def preparation_reply(preparation: Preparation) -> Official:
    """The superior's agreement to a preparatory group (同意筹备的批复)."""
    due = preparation.congress_due
    assert due is not None
    opinion = (f"{preparation.opinion.rstrip('。')}。",) if preparation.opinion else ()
    head, *others = preparation.group
    members = f"，成员{'、'.join(others)}" if others else ""
    return Official(
        organs=(preparation.superior.name,),
        title=f"关于同意筹备建立{preparation.name}的批复",
        number=preparation.document,
        to=(f"{preparation.unit_name}工会筹备组",),
        body=(
            f"你们关于建立{preparation.name}的申请收悉。经研究，同意成立筹备组，"
            f"组长{head}{members}。",
            f"请发展会员、做好大会和选举的准备，于{chinese_day(due)}前召开成立大会，"
            "选举结果报我会批准。逾期未召开的，筹备终止。",
            *opinion,
            "此复。",
        ),
        date=_decided_on(preparation),
    )


def _decided_on(record: Election | Preparation) -> date | None:
    at = record.decided_at
    return timezone.localdate(at) if at else None


def result_sheet(election: Election) -> Form:
    """The report form of the result (选举结果报告单), with the figures of every ballot."""
    rows = [
        Row((label("工会"), Cell(election.union_name, span=5)), 12),
        Row(
            (
                label("大会"),
                Cell(election.get_assembly_display()),
                label("日期"),
                Cell(_day(election)),
                label("地点"),
                Cell(election.place),
            ),
            12,
        ),
        Row(
            (
                label("应到"),
                Cell(f"{election.due} 人"),
                label("实到"),
                Cell(f"{election.present} 人"),
                label("会员"),
                Cell(f"{election.members} 人"),
            ),
            10,
        ),
    ]
    for ballot in queries.ballots_of(election):
        if ballot.is_counted:
            rows += _ballot_rows(ballot)
    rows.append(Row((label("监票人、计票人"), Cell(election.tellers, span=5)), 10))
    rows.append(Row((label("签名"), Cell(span=5)), 16))
    return Form(
        title="选举结果报告单",
        subtitle=f"第{election.number}届",
        number=election.receipt,
        rows=tuple(rows),
        widths=(1.2, 1.5, 0.9, 2, 0.9, 2),
        notes=("当选须获得应到会人数过半数的赞成票；收回选票多于发出选票的，选举无效。",),
        date=election.held_on,
        draft=election.state != ElectionState.APPROVED,
    )


def _ballot_rows(ballot: Ballot) -> list[Row]:
    unused = (ballot.returned or 0) - (ballot.valid or 0)
    rows = [
        Row(
            (label(f"{ballot}：应选 {ballot.seats} 名，{ballot.get_body_display()}选举", span=6),),
            10,
        ),
        Row(
            (
                label("发出"),
                Cell(f"{ballot.issued} 张"),
                label("收回"),
                Cell(f"{ballot.returned} 张"),
                label("有效"),
                Cell(f"{ballot.valid} 张，无效 {unused} 张"),
            ),
            10,
        ),
    ]
    people = sorted(ballot.candidates.all(), key=lambda item: (-(item.votes or 0), item.pk))
    for item in people:
        votes = "—" if item.votes is None else f"{item.votes} 票"
        cells = (
            Cell(item.name),
            Cell(item.post, span=2),
            Cell(votes),
            Cell("当选" if item.elected else "未当选", span=2),
        )
        rows.append(Row(cells, 9))
    rows.append(Row((label("结果"), Cell(ballot.lines[-1]["text"], span=5)), 12))
    return rows
