"""Elections (选举): plan, hold, nominate, count, vote again, report, approve."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.names import check_name
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.codes.parameters import BASIC_TERM_YEARS, LOCAL_TERM_YEARS
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.org.models import Union
from gonghui.systems.mobilization.founding import permissions
from gonghui.systems.mobilization.founding.actions.accounts import ask_account
from gonghui.systems.mobilization.founding.actions.entering import enter_union
from gonghui.systems.mobilization.founding.actions.reasons import check_reason
from gonghui.systems.mobilization.founding.actions.telling import (
    ask_group,
    ask_superior,
    settled,
    tell,
)
from gonghui.systems.mobilization.founding.models import Ballot, Candidate, Election, Preparation
from gonghui.systems.mobilization.founding.models.elections import (
    OPEN,
    Assembly,
    Body,
    ElectionState,
    Purpose,
)
from gonghui.systems.mobilization.founding.models.preparations import PreparationState
from gonghui.systems.mobilization.founding.queries import law
from gonghui.systems.mobilization.founding.queries.elections import (
    ballots_of,
    chair_of,
    committee_size,
    elected_counts,
    elected_of,
    unsettled,
)
from gonghui.systems.mobilization.founding.queries.preparations import women_among
from gonghui.systems.mobilization.founding.rules import elections as rules
from gonghui.systems.mobilization.founding.rules import founding
from gonghui.systems.mobilization.founding.rules.elections import Office, Result
from gonghui.systems.mobilization.membership.public import (
    enter_term,
    last_term,
    next_receipt,
    seat_officers,
    settle_profile,
)

PREFIX = "XJ"
DECIDE, MEND, HOLD = "election.decide", "election.mend", "election.hold"
COUNTING = (ElectionState.HELD, ElectionState.RETURNED)
"""States in which a ballot is counted, held again or corrected."""
POSTS = {
    Office.VICE: "vice_chair",
    Office.STANDING: "standing",
    Office.COMMITTEE: "member",
    Office.AUDIT: "audit",
    Office.WOMEN: "women",
}
TERM_RULE = "《中华人民共和国工会法》（2021年修正）第十六条"


@action("elections.convene", "筹备成立大会", permissions.CARRY_PREPARATION)
def convene(
    preparation: Preparation, *, by: Actor, planned_on: date, years: int, assembly: str, place: str
) -> Election:
    """Plan the congress that founds a union; its members are those recruited."""
    if preparation.state != PreparationState.PREPARING:
        raise Conflict(
            f"这份建会申请目前是“{preparation.get_state_display()}”，不能召开成立大会。",
            rule=founding.APPROVAL_RULE,
            code="state",
        )
    due = preparation.congress_due
    if due is not None and planned_on > due:
        raise Refusal(
            f"成立大会应在 {due:%Y-%m-%d} 前召开。",
            rule="批复同意筹备后逾期不召开成立大会的，筹备终止",
            field="planned_on",
        )
    members = preparation.recruits.count()
    if preparation.kind == founding.FEDERATION:
        members = max(members, preparation.partners.count())
    election = Election(
        purpose=Purpose.FOUND,
        preparation=preparation,
        superior=preparation.superior,
        applicant_id=preparation.applicant_id,
        union_name=preparation.name,
        number=1,
        members=members,
        women=women_among(preparation),
    )
    election.place_at(preparation.union)
    grassroots = preparation.kind in (founding.BASIC, founding.JOINT)
    return _plan(election, planned_on, years, assembly, place, grassroots=grassroots)


@action("elections.plan", "筹备换届选举", permissions.HOLD_ELECTION, creates=True)
def plan(
    union: Union,
    *,
    by: Actor,
    planned_on: date,
    years: int,
    assembly: str,
    place: str,
    members: int,
    women: int = 0,
) -> Election:
    """Plan a union's next election (换届); the number of the term follows from the last."""
    by.require(permissions.HOLD_ELECTION, union.path)
    if not union.is_active or union.parent is None:
        raise Refusal(f"“{union.name}”不能在平台上办理换届选举。", field="union")
    if women > members:
        raise Refusal("女会员人数不能多于会员人数。", field="women")
    before = last_term(union)
    election = Election(
        purpose=Purpose.RENEW,
        superior=union.parent,
        union_name=union.name,
        number=before.number + 1 if before is not None else 1,
        members=members,
        women=women,
    )
    election.place_at(union)
    return _plan(election, planned_on, years, assembly, place, grassroots=union.is_grassroots)


def _plan(
    election: Election,
    planned_on: date,
    years: int,
    assembly: str,
    place: str,
    *,
    grassroots: bool,
) -> Election:
    today = timezone.localdate()
    allowed = BASIC_TERM_YEARS.on(planned_on) if grassroots else [LOCAL_TERM_YEARS.on(planned_on)]
    if years not in allowed:
        words = "或".join(f"{number}年" for number in allowed)
        raise Refusal(f"每届任期为{words}。", rule=TERM_RULE, field="years")
    if election.members < 1:
        raise Refusal(
            "还没有会员，不能召开大会。",
            rule=founding.FORM_RULE,
            remedy="请先登记发展的会员。",
            field="planned_on",
        )
    least = law.DELEGATES_FROM.on(planned_on)
    if assembly == Assembly.DELEGATES and grassroots and election.members < least:
        raise Refusal(
            f"会员 {election.members} 人，不足 {least} 人，应召开会员大会。",
            rule=rules.RULE,
            field="assembly",
        )
    election.planned_on, election.years = planned_on, years
    election.assembly, election.place = assembly, place.strip()
    election.receipt = next_receipt(PREFIX, today)
    try:
        with transaction.atomic():
            election.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            f"“{election.union_name}”已有一次办理中的选举。", code="open_election"
        ) from error
    what = f"组织选举：{election.union_name}{election.get_purpose_display()}"
    ask_group(election, HOLD, what, permissions.HOLD_ELECTION, planned_on)
    return election


@action("elections.open", "登记到会情况", permissions.HOLD_ELECTION)
def open_congress(
    election: Election,
    *,
    by: Actor,
    held_on: date,
    due: int,
    present: int,
    chaired_by: str,
    tellers: str,
    place: str = "",
) -> Election:
    """Enter who was due and who came; a congress short of its quorum is held on another day."""
    _require(election, ElectionState.PLANNED, *COUNTING)
    if any(ballot.is_counted for ballot in ballots_of(election)):
        raise Conflict("已经计票，不能再改到会情况。", code="counted")
    if held_on > timezone.localdate():
        raise Refusal("召开日期不能晚于今天。", remedy="请在开会当天登记。", field="held_on")
    if present > due:
        raise Refusal(f"实到人数（{present}）不能多于应到人数（{due}）。", field="present")
    _check_due(election, due, held_on)
    figures = law.law_on(held_on)
    if not rules.has_quorum(due, present, figures.quorum):
        need = rules.least_present(due, figures.quorum)
        raise Refusal(
            f"应到 {due} 人，实到 {present} 人，不足{rules.share_words(figures.quorum)}"
            f"（{need} 人），不能进行选举。",
            rule=rules.QUORUM_RULE,
            remedy="请另行确定日期召开，重新登记到会情况。",
            field="present",
            code="no_quorum",
        )
    election.held_on, election.due, election.present = held_on, due, present
    election.chaired_by = check_name(chaired_by)
    election.tellers = tellers.strip()
    election.place = place.strip() or election.place
    if election.state == ElectionState.PLANNED:
        election.state = ElectionState.HELD
    election.version += 1
    election.save()
    election.ballots.filter(body=Body.CONGRESS).update(due=due, present=present)
    return election


def _check_due(election: Election, due: int, on: date) -> None:
    if election.assembly == Assembly.MEMBERS:
        if due > election.members:
            raise Refusal(
                f"应到人数（{due}）不能多于会员人数（{election.members}）。",
                rule=rules.RULE,
                field="due",
            )
        return
    band = rules.band(law.DELEGATE_SIZES.on(on), election.members)
    if band is not None and not band[0] <= due <= band[1]:
        raise Refusal(
            f"会员 {election.members} 人，会员代表应为 {band[0]} 至 {band[1]} 人。",
            rule="《基层工会会员代表大会条例》（总工发〔2019〕6号）",
            field="due",
        )


@action("elections.nominate", "确定候选人", permissions.HOLD_ELECTION)
def nominate(
    election: Election, *, by: Actor, office: str, body: str, seats: int, candidates: str
) -> Election:
    """Put up an office: its seats and candidates, one a line as “姓名 单位和职务 女”.

    Committees need a surplus of candidates (差额). Until its first ballot is counted, putting an
    office up again replaces what was put up.
    """
    _require(election, ElectionState.PLANNED, *COUNTING)
    wanted = Office(office)
    found = [_candidate(line) for line in candidates.splitlines() if line.strip()]
    if len({(item.name, item.post) for item in found}) != len(found):
        raise Refusal("候选人重复，同名的请写明单位和职务。", field="candidates")
    on = election.held_on or election.planned_on
    if wanted is Office.CHAIR and seats != 1:
        raise Refusal("主席只有一名。", field="seats")
    if wanted is Office.COMMITTEE:
        _check_size(election, seats, on)
    _check_surplus(wanted, seats, len(found), on)
    earlier = list(election.ballots.filter(office=office))
    if any(ballot.is_counted for ballot in earlier):
        raise Conflict(f"{wanted.label}已经计票，不能再改候选人。", code="counted")
    for ballot in earlier:
        ballot.delete()
    ballot = Ballot(election=election, office=office, body=body, seats=seats)
    if body == Body.CONGRESS:
        ballot.due, ballot.present = election.due, election.present
    ballot.save()
    for candidate in found:
        candidate.ballot = ballot
    Candidate.objects.bulk_create(found)
    note(
        nominated={
            "label": wanted.label,
            "after": f"应选 {seats} 名：{'、'.join(item.name for item in found)}",
        }
    )
    return _touched(election)


def _candidate(line: str) -> Candidate:
    parts = re.split(r"[\s,，、]+", line.strip())
    woman = len(parts) > 1 and parts[-1] == "女"
    words = parts[1:-1] if woman else parts[1:]
    return Candidate(name=check_name(parts[0]), post=" ".join(words)[:80], is_woman=woman)


def _check_size(election: Election, seats: int, on: date) -> None:
    band = rules.band(law.COMMITTEE_SIZES.on(on), election.members)
    if band is not None and not band[0] <= seats <= band[1]:
        raise Refusal(
            f"会员 {election.members} 人，委员会委员应为 {band[0]} 至 {band[1]} 名。",
            rule=founding.ENTERPRISE_RULE,
            field="seats",
        )


def _check_surplus(office: Office, seats: int, candidates: int, on: date) -> None:
    percent = law.surplus_on(on).get(office, 0)
    least = rules.least_candidates(seats, percent)
    if candidates < least:
        share = f"差额率不低于 {percent}%，" if percent else ""
        raise Refusal(
            f"应选{office.label} {seats} 名，{share}候选人至少 {least} 名，现有 {candidates} 名。",
            rule=rules.SURPLUS_RULE if percent else rules.RULE,
            remedy="请增加候选人，每行一名。",
            field="candidates",
        )


@action("elections.count", "登记计票结果", permissions.HOLD_ELECTION)
def count(
    election: Election,
    *,
    by: Actor,
    ballot: int,
    issued: int,
    returned: int,
    valid: int,
    votes: Mapping[int, int],
    due: int | None = None,
    present: int | None = None,
) -> Election:
    """Count one ballot; who is elected follows from the figures and the rules in force that day.

    ballot: its id. votes: for each candidate by id. due, present: only where the committee or
    the women's congress votes; the congress has its own.
    """
    _require(election, *COUNTING)
    found = _ballot(election, ballot)
    if found.is_counted:
        raise Conflict(f"{found}已经计票：{found.get_result_display()}。", code="counted")
    _set_body(found, election, due, present)
    candidates = {item.pk: item for item in found.candidates.all()}
    if set(votes) != set(candidates):
        raise Refusal("请填写每一位候选人的赞成票。", field="votes")
    poll = rules.Poll(
        found.due or 0,
        found.present or 0,
        issued,
        returned,
        valid,
        found.seats,
        dict(votes),
        found.tie,
    )
    if wrong := rules.faults(poll):
        field, words = wrong[0]
        raise Refusal(words, rule=rules.RULE, remedy="请核对计票单。", field=field)
    assert election.held_on is not None
    outcome = rules.count(poll, law.law_on(election.held_on))
    found.issued, found.returned, found.valid = issued, returned, valid
    found.result, found.open_seats = outcome.result, outcome.open_seats
    found.lines = [
        {"text": line.text, "holds": line.holds, "rule": line.rule} for line in outcome.lines
    ]
    found.counted_at = timezone.now()
    found.save()
    void = outcome.result in (Result.VOID, Result.NO_QUORUM)
    for pk, candidate in candidates.items():
        candidate.votes = None if void else votes[pk]
        candidate.elected = pk in outcome.elected
    Candidate.objects.bulk_update(candidates.values(), ["votes", "elected"])
    note(counted={"label": str(found), "after": outcome.lines[-1].text})
    return _touched(election)


def _ballot(election: Election, pk: int) -> Ballot:
    found: Ballot | None = election.ballots.filter(pk=pk).first()
    if found is None:
        raise Refusal("这次选举没有这张选票。", field="ballot")
    return found


@action("elections.correct", "更正计票", permissions.HOLD_ELECTION)
def correct(election: Election, *, by: Actor, ballot: int, reason: str) -> Election:
    """Take the count of a ballot back, to be entered again from the sheet of the count.

    Later ballots on the same office followed from it and are removed; ballots of the new
    committee are taken back with the committee's own.
    """
    check_reason(reason)
    _require(election, *COUNTING)
    found = _ballot(election, ballot)
    if not found.is_counted:
        raise Conflict(f"{found}还没有计票。", code="uncounted")
    election.ballots.filter(office=found.office, round__gt=found.round).delete()
    back = [found]
    if found.office == Office.COMMITTEE:
        election.ballots.filter(body=Body.COMMITTEE, round__gt=1).delete()
        back += election.ballots.filter(body=Body.COMMITTEE)
    for item in back:
        note(**{f"ballot_{item.pk}": {"label": f"更正{item}", "before": _sheet(item)}})
        item.issued = item.returned = item.valid = item.counted_at = None
        item.result, item.open_seats, item.lines = "", 0, []
        item.save()
        item.candidates.update(votes=None, elected=False)
    return _touched(election)


def _sheet(ballot: Ballot) -> str:
    """The count of a ballot in words, for the record of what was corrected."""
    votes = "，".join(f"{item.name} {item.votes}" for item in ballot.candidates.all())
    return (
        f"发出 {ballot.issued}，收回 {ballot.returned}，有效 {ballot.valid}；{votes}；"
        f"{ballot.get_result_display()}"
    )


@action("elections.take-down", "撤下选举事项", permissions.HOLD_ELECTION)
def take_down(election: Election, *, by: Actor, ballot: int) -> Election:
    """Take down an office put up by mistake, before its ballot is counted."""
    _require(election, ElectionState.PLANNED, *COUNTING)
    found = _ballot(election, ballot)
    if found.is_counted:
        raise Conflict(f"{found}已经计票，不能撤下。", code="counted")
    note(taken_down={"label": "撤下", "before": str(found)})
    found.delete()
    return _touched(election)


def _touched(election: Election) -> Election:
    election.version += 1
    election.save(update_fields=["version"])
    return election


def _set_body(ballot: Ballot, election: Election, due: int | None, present: int | None) -> None:
    if ballot.body == Body.CONGRESS:
        ballot.due, ballot.present = election.due, election.present
        return
    if due is None or present is None:
        raise Refusal(f"请填写{ballot.get_body_display()}的应到和实到人数。", field="due")
    if ballot.body == Body.COMMITTEE and due != committee_size(election):
        raise Refusal(
            f"新一届委员会有委员 {committee_size(election)} 名，应到人数应与此相同。",
            rule=rules.RULE,
            remedy="请先登记委员会委员的计票结果。",
            field="due",
        )
    ballot.due, ballot.present = due, present


@action("elections.again", "再次投票", permissions.HOLD_ELECTION)
def vote_again(election: Election, *, by: Actor, office: str, candidates: str = "") -> Election:
    """Hold a further ballot on an office: after a void one or a tie with the same candidates,
    for seats left open with those named, or else with those not elected."""
    _require(election, *COUNTING)
    last = next((item for item in unsettled(election) if item.office == office), None)
    if last is None:
        raise Conflict("这个职务不需要再次投票。", code="settled")
    standing = [item for item in last.candidates.all() if not item.elected]
    tie = last.result == Result.TIE
    if tie:
        level = _level(last)
        standing = [item for item in standing if item.pk in level]
    elif last.result == Result.SHORT and candidates.strip():
        standing = [_candidate(line) for line in candidates.splitlines() if line.strip()]
        taken = {
            (item.name, item.post) for item in elected_of(election) if item.ballot.office == office
        }
        if any((item.name, item.post) in taken for item in standing):
            raise Refusal("已经当选的人不再列为候选人。", field="candidates")
    if len(standing) < last.open_seats:
        raise Refusal(
            f"还缺 {last.open_seats} 名，候选人只有 {len(standing)} 名。",
            rule=rules.SHORT_RULE,
            remedy="请另外提名候选人，每行一名。",
            field="candidates",
        )
    ballot = Ballot.objects.create(
        election=election,
        office=office,
        body=last.body,
        round=last.round + 1,
        tie=tie or (last.tie and last.result in (Result.VOID, Result.NO_QUORUM)),
        seats=last.open_seats,
        due=last.due if last.body == Body.CONGRESS else None,
        present=last.present if last.body == Body.CONGRESS else None,
    )
    Candidate.objects.bulk_create(
        [
            Candidate(ballot=ballot, name=item.name, post=item.post, is_woman=item.is_woman)
            for item in standing
        ]
    )
    return _touched(election)


def _level(ballot: Ballot) -> set[int]:
    """The candidates of a tie: the votes of the best who was not elected."""
    left = [item for item in ballot.candidates.all() if not item.elected]
    best = max(item.votes or 0 for item in left)
    return {item.pk for item in left if item.votes == best}


@action("elections.report", "报批选举结果", permissions.HOLD_ELECTION)
def report(election: Election, *, by: Actor) -> Election:
    """Report the result to the superior; refused while an office is uncounted or unfilled."""
    _require(election, *COUNTING)
    if uncounted := [item for item in ballots_of(election) if not item.is_counted]:
        raise Refusal(
            f"{'、'.join(str(item) for item in uncounted)}还没有计票。",
            rule=rules.RULE,
            remedy="请登记计票结果；不再进行的，请先撤下这一事项。",
        )
    if again := unsettled(election):
        raise Refusal(
            f"{again[0].get_office_display()}{again[0].get_result_display()}，还不能报批。",
            rule=rules.SHORT_RULE,
            remedy="请再次投票。",
        )
    _check_committees(election)
    election.state = ElectionState.REPORTED
    election.reported_at = timezone.now()
    election.reported_by_id = by.user_id
    election.reported_by_name = by.name
    election.version += 1
    election.save()
    settled(election, by.user_id)
    what = f"批复选举结果：{election.union_name}{election.get_purpose_display()}"
    ask_superior(election, DECIDE, what, permissions.DECIDE_ELECTION)
    return election


def _check_committees(election: Election) -> None:
    assert election.held_on is not None
    least = law.WOMEN_COMMITTEE.on(election.held_on)
    elected = elected_counts(election)
    missing = rules.missing_committees(elected, election.women, least)
    if election.members >= law.committee_least(election.held_on) and not elected[Office.COMMITTEE]:
        missing.insert(0, ("还没有选出工会委员会委员", founding.FORM_RULE))
    if missing:
        raise Refusal(
            "；".join(words for words, _ in missing) + "。",
            rule=missing[0][1],
            remedy="请补充选举后再报批。",
            code="committees",
        )


@action("elections.return", "退回选举结果补正", permissions.DECIDE_ELECTION)
def send_back(election: Election, *, by: Actor, reason: str) -> Election:
    """Give a result back: counts may be corrected, offices added, and it is reported again."""
    check_reason(reason)
    _require(election, ElectionState.REPORTED)
    by.require(permissions.DECIDE_ELECTION, election.superior.path)
    _decide(election, ElectionState.RETURNED, by, reason)
    what = f"补正选举结果：{election.union_name}"
    ask_group(election, MEND, what, permissions.HOLD_ELECTION)
    tell(election, f"请{what}", f"需要补正：{election.opinion}", _applicant(election))
    return election


@action("elections.approve", "批复选举结果", permissions.DECIDE_ELECTION)
def approve(election: Election, *, by: Actor, document: str, opinion: str = "") -> Election:
    """Approve a result: a founded union is entered in the tree, and its term begins.

    Refused while a committee that must be set up is missing. Publishes
    `cn.gonghui.founding.approved`, from which the legal-person application opens, or
    `cn.gonghui.founding.renewed`.
    """
    _require(election, ElectionState.REPORTED)
    by.require(permissions.DECIDE_ELECTION, election.superior.path)
    if by.user_id is not None and by.user_id == election.reported_by_id:
        raise Refusal(
            "不能批复自己报送的选举结果。",
            rule=founding.APPROVAL_RULE,
            remedy="请由其他审批人办理。",
            code="own_application",
        )
    if not document.strip():
        raise Refusal("请填写批复文号。", rule=founding.APPROVAL_RULE, field="document")
    _check_committees(election)
    applicant = _applicant(election)
    election.document = document.strip()
    if election.preparation is not None:
        enter_union(election, by=by)
    _begin_term(election, by)
    _decide(election, ElectionState.APPROVED, by, opinion)
    ask_account(election)
    kind = "approved" if election.purpose == Purpose.FOUND else "renewed"
    publish(
        f"cn.gonghui.founding.{kind}",
        f"union/{election.union_id}",
        {
            "id": election.union_id,
            "election": election.pk,
            "document": election.document,
            "elected_on": election.held_on.isoformat() if election.held_on else "",
            "years": election.years,
        },
        election.org_path,
    )
    words = f"批复文号 {election.document}，第{election.number}届，任期{election.years}年。"
    tell(election, f"“{election.union_name}”选举结果已获批复", words, applicant)
    return election


def _begin_term(election: Election, by: Actor) -> None:
    elected = elected_of(election)
    counts = elected_counts(election)
    union, on = election.union, election.held_on
    assert on is not None
    enter_term(
        union,
        by=by,
        number=election.number,
        elected_on=max(on, union.founded_on),
        years=election.years,
        chair_name=chair_of(election),
        committee_size=max(counts[Office.COMMITTEE], 1),
        document=election.document,
        standing_size=min(counts[Office.STANDING], max(counts[Office.COMMITTEE], 1)),
        audit_size=counts[Office.AUDIT],
        women_size=counts[Office.WOMEN],
    )
    seat_officers(
        union,
        [
            (item.name, POSTS[Office(item.ballot.office)])
            for item in elected
            if item.ballot.office in POSTS
        ],
        on,
    )
    facts: dict[str, Any] = {"audit_committee": bool(counts[Office.AUDIT])}
    if counts[Office.WOMEN]:
        facts["women_committee"] = True
    settle_profile(union, **facts)


@action("elections.abandon", "终止选举", permissions.HOLD_ELECTION)
def abandon(election: Election, *, by: Actor, reason: str) -> Election:
    """Give an election up before its result is reported."""
    check_reason(reason)
    _require(election, ElectionState.PLANNED, *COUNTING)
    election.state = ElectionState.ABANDONED
    election.opinion = reason.strip()
    election.version += 1
    election.save()
    settled(election, by.user_id)
    return election


def _require(election: Election, *states: ElectionState) -> None:
    if election.state not in states:
        ended = "" if election.state in OPEN else "，已经办结"
        raise Conflict(
            f"这次选举目前是“{election.get_state_display()}”{ended}，不能这样办理。",
            remedy="请刷新页面查看最新情况。",
            code="state",
        )


def _decide(election: Election, to: ElectionState, by: Actor, opinion: str) -> None:
    election.state = to
    election.decided_at = timezone.now()
    election.decided_by_name = by.name
    election.opinion = opinion.strip()
    election.version += 1
    election.save()
    settled(election, by.user_id)


def _applicant(election: Election) -> Recipient | None:
    preparation = election.preparation
    user = preparation.applicant_user_id if preparation is not None else election.reported_by_id
    return Recipient(user_id=user) if user is not None else None
