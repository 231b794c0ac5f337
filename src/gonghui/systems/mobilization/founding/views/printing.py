"""Papers of an election as PDF: ballots, minutes, the report of the result, the reply."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing
from gonghui.kernel.documents.content import Align, Cell, Form, Kind, Official, Row, Signer, label
from gonghui.kernel.documents.rendering import render
from gonghui.systems.mobilization.founding import permissions
from gonghui.systems.mobilization.founding.models import Ballot, Election
from gonghui.systems.mobilization.founding.models.elections import ElectionState, Purpose
from gonghui.systems.mobilization.founding.queries import elections as queries
from gonghui.systems.mobilization.founding.rules.elections import Office

PAPERS = {"minutes": "会议记录", "report": "选举结果报告", "reply": "批复"}


@require_safe
def paper(request: HttpRequest, pk: int, ballot: int) -> HttpResponse:
    """A ballot paper to be copied, one a page."""
    election = _election(request, pk)
    found = election.ballots.filter(pk=ballot).first()
    if found is None:
        raise Missing("这次选举没有这张选票。", remedy="请从选举的详情页打开。")
    return _pdf(_ballot_paper(election, found), f"选票-{found}")


@require_safe
def printed(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """The minutes, the report to the superior, or its reply; a draft until it is approved."""
    election = _election(request, pk)
    if what not in PAPERS or (what == "reply" and election.state != ElectionState.APPROVED):
        raise Missing("现在还不能打印这份文件。", remedy="请从选举的详情页打开。")
    if election.held_on is None:
        raise Missing("大会还没有召开。", remedy="请先登记到会情况。")
    made = {"minutes": _minutes, "report": _report, "reply": _reply}[what](election)
    return _pdf(made, f"{PAPERS[what]}-{election.receipt}")


def _election(request: HttpRequest, pk: int) -> Election:
    actor: Actor = request.actor
    actor.require(permissions.VIEW_ELECTIONS)
    rows = Election.objects.within(actor.scope(permissions.VIEW_ELECTIONS))
    found = rows.select_related("superior", "union").filter(pk=pk).first()
    if found is None:
        actor.require(permissions.VIEW_ELECTIONS, "-", -1)
        raise Missing("没有这次选举。")
    return found


def _pdf(document: Official | Form, name: str) -> HttpResponse:
    response = HttpResponse(render(document), content_type="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}.pdf"
    response["Cache-Control"] = "no-store"
    return response


def _ballot_paper(election: Election, ballot: Ballot) -> Form:
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
        f"应到 {election.due} 人，实到 {election.present} 人，达到应到人数的三分之二以上。"
    )


def _day(election: Election) -> str:
    day = election.held_on
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _minutes(election: Election) -> Official:
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


def _report(election: Election) -> Official:
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


def _reply(election: Election) -> Official:
    founded = election.purpose == Purpose.FOUND
    words = f"同意成立{election.union_name}，" if founded else ""
    day = election.decided_at
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
        date=day.date() if day else None,
    )
