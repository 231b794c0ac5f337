"""What the engine's verbs mean to our rows: made with the intake, ended with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from gonghui.engines.casework.actions.intake import Said
from gonghui.engines.casework.models import Case, Intake
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.org.models import Union, UnionKind
from gonghui.systems.rights.legal_aid.actions import reaching, stages
from gonghui.systems.rights.legal_aid.models import Aid, Assigned, Mediation, Watch
from gonghui.systems.rights.legal_aid.permissions import JUDGE_AID
from gonghui.systems.rights.legal_aid.queries import aid as aid_queries
from gonghui.systems.rights.legal_aid.rules import aid as aid_rules
from gonghui.systems.rights.legal_aid.rules import mediation as mediation_rules
from gonghui.systems.rights.legal_aid.rules import supervision as watch_rules
from gonghui.systems.rights.legal_aid.rules.matters import MATTERS

ROW = "the row of the case at hand"
DESKS = "the desk of legal work above the union a matter was brought to"
ABOVE = "the union above judges"
COUNTIES = (UnionKind.PROVINCE, UnionKind.CITY, UnionKind.COUNTY)
UNKNOWN = "（待核实）"

APPLICANT, PEOPLE, CLAIMED, AGENT = "申请人类别", "人数", "请求金额（元）", "代为申请"
KNOWN, LEFT, EMPLOYED = "知道权利被侵害之日", "离职日期", "劳动关系存续"
ADDRESS = "单位地址"
YES, NO = "是", "否"


def county_desk(union: Union) -> Union:
    """Legal work is done at county level and above: the nearest such union, the own included."""
    if union.kind in COUNTIES:
        return union
    ids = [int(part) for part in union.path.rstrip(".").split(".")]
    rows = Union.objects.unscoped(DESKS).filter(pk__in=ids, kind__in=COUNTIES)
    return rows.order_by("-path").first() or union


def row_of(model: Any, case: Case) -> Any:
    """The locked row of a case; None for one taken in before the system was installed."""
    with everywhere():
        rows = model.objects.unscoped(ROW).select_for_update(of=("self",))
        return rows.filter(case=case).first()


def _code(words: dict[str, str], text: object, default: str) -> str:
    found = {title: code for code, title in words.items()}
    return found.get(str(text), default)


def _money(text: object) -> Decimal | None:
    try:
        found = Decimal(str(text or ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 <= found < Decimal(10) ** 10 else None


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text or ""))
    except ValueError:
        return None


def _common(case: Case, said: Said) -> dict[str, Any]:
    return {
        "case": case,
        "matter": said.category if said.category in MATTERS else "other",
        "employer": case.respondent_name or UNKNOWN,
    }


def _made(row: Any, case: Case) -> None:
    row.place_at(case.union)
    with everywhere():
        row.save()


def aid_received(case: Case, *, by: Actor, intake: Intake, said: Said, **facts: Any) -> None:
    given = said.details
    row = Aid(
        **_common(case, said),
        applicant=_code(aid_rules.APPLICANTS, given.get(APPLICANT), aid_rules.WORKER),
        claimed=_money(given.get(CLAIMED)),
        people=said.people,
        by_agent=given.get(AGENT) == YES,
    )
    _made(row, case)
    reaching.received(case, intake=intake, said=said)


def mediation_received(case: Case, *, by: Actor, intake: Intake, said: Said, **facts: Any) -> None:
    given = said.details
    row = Mediation(
        **_common(case, said),
        claimed=_money(given.get(CLAIMED)),
        people=said.people,
        known_on=_day(given.get(KNOWN)),
        left_on=_day(given.get(LEFT)),
        employed=given.get(EMPLOYED, YES) != NO,
    )
    _made(row, case)
    reaching.received(case, intake=intake, said=said)


def watch_received(case: Case, *, by: Actor, intake: Intake, said: Said, **facts: Any) -> None:
    given = said.details
    _made(Watch(**_common(case, said), address=str(given.get(ADDRESS, ""))[:200]), case)
    reaching.received(case, intake=intake, said=said)


def _sets(model: Any, state: str, when: tuple[str, ...] = ()) -> Any:
    """A hook that puts the row at a state, from any state or from those named."""

    def hook(case: Case, *, by: Actor, **facts: Any) -> None:
        row = row_of(model, case)
        if row is not None and (not when or row.state in when):
            row.state = state
            row.version += 1
            row.save()

    return hook


aid_taken = _sets(Aid, aid_rules.REVIEWING, (aid_rules.APPLIED,))
aid_declined = _sets(Aid, aid_rules.DECLINED)
mediation_taken = _sets(Mediation, mediation_rules.INVITING, (mediation_rules.APPLIED,))
mediation_declined = _sets(Mediation, mediation_rules.DECLINED)
watch_taken = _sets(Watch, watch_rules.PLANNED, (watch_rules.CLUE,))
watch_declined = _sets(Watch, watch_rules.DECLINED)
watch_reopened = _sets(Watch, watch_rules.PLANNED)


def _withdrawn(model: Any, state: str) -> Any:
    sets = _sets(model, state)

    def hook(case: Case, *, by: Actor, **facts: Any) -> None:
        # A case of several people goes on for those who are left.
        if case.phase != "withdrawn":
            return
        sets(case, by=by)
        row = row_of(model, case)
        if row is not None:
            stages.done(row, "", by)
        if isinstance(row, Aid):
            let_go(row, by)

    return hook


def let_go(row: Aid, by: Actor) -> None:
    """End the present assignment: done for a lawyer who accepted, not taken up by who did not."""
    held = aid_queries.present_assignment(row)
    if held is None:
        return
    held.state = Assigned.DONE if held.state == Assigned.ACCEPTED else Assigned.DECLINED
    held.version += 1
    held.save()
    stages.done(held, stages.ANSWER, by)


aid_withdrawn = _withdrawn(Aid, aid_rules.WITHDRAWN)
mediation_withdrawn = _withdrawn(Mediation, mediation_rules.WITHDRAWN)
watch_withdrawn = _withdrawn(Watch, watch_rules.WITHDRAWN)


def aid_reopened(case: Case, *, by: Actor, **facts: Any) -> None:
    """A refusal is asked to be looked at again, by the union above."""
    row = row_of(Aid, case)
    if row is None:
        return
    row.state = aid_rules.APPEALED
    row.version += 1
    row.save()
    stages.todo(
        row,
        stages.JUDGE,
        JUDGE_AID,
        stages.link_to(row, "legal-aid"),
        number=case.number,
        union=judge_of(row.union),
    )


def judge_of(union: Union) -> Union:
    """Who judges a union's refusal: the one above; the province its own."""
    if union.parent_id is None:
        return union
    return Union.objects.unscoped(ABOVE).get(pk=union.parent_id)


def watch_joined(case: Case, *, by: Actor, **facts: Any) -> None:
    if case.phase == "merged":
        _sets(Watch, watch_rules.MERGED)(case, by=by)


def refuse_joining(case: Case, *, by: Actor, **given: Any) -> None:
    raise Refusal(
        "这类事项一案一办，不并案。",
        rule="多人同一争议的由代表人申请，登记人数",
        remedy="请在申请中登记受援或职工人数。",
        code="no_joining",
    )


def _only_at(model: Any, states: tuple[str, ...]) -> Any:
    """A guard: replies leave by the steps of the row, not by the engine's page."""

    def guard(case: Case, *, by: Actor, **given: Any) -> None:
        row = row_of(model, case)
        if row is not None and row.state not in states:
            raise Refusal(
                "答复由办理环节发出。",
                remedy="请在办件页面按环节办理，作出决定或结案时自动答复。",
                code="by_stage",
            )

    return guard


def _as_row(model: Any) -> Any:
    """A guard: the case's step is the row's state."""

    def guard(case: Case, *, by: Actor, step: str = "", **given: Any) -> None:
        row = row_of(model, case)
        if row is not None and row.state != step:
            raise Refusal("环节由办理结果决定。", remedy="请在办件页面办理。", code="by_stage")

    return guard


def _declining(model: Any, states: tuple[str, ...]) -> Any:
    """A guard: what has gone beyond its review is not declined, an appeal least of all."""

    def guard(case: Case, *, by: Actor, **given: Any) -> None:
        row = row_of(model, case)
        if row is not None and row.state not in states:
            raise Refusal(
                "这件事项已经进入办理，不能再不予受理。",
                remedy="请在办件页面按环节办理。",
                code="by_stage",
            )

    return guard


aid_declining = _declining(Aid, (aid_rules.APPLIED, aid_rules.REVIEWING))
mediation_declining = _declining(Mediation, (mediation_rules.APPLIED, mediation_rules.INVITING))
watch_declining = _declining(Watch, (watch_rules.CLUE, watch_rules.PLANNED))
aid_replies = _only_at(Aid, (aid_rules.REFUSED, aid_rules.CLOSED, aid_rules.ENDED))
aid_steps = _as_row(Aid)
mediation_replies = _only_at(Mediation, mediation_rules.FINISHED)
mediation_steps = _as_row(Mediation)
watch_replies = _only_at(Watch, watch_rules.FINISHED)
watch_steps = _as_row(Watch)


def aid_reopening(subject: Any, *, by: Actor, **given: Any) -> None:
    """Only a refusal is looked at again, and only once."""
    row = row_of(Aid, subject)
    if row is not None and (row.state != aid_rules.REFUSED or row.judged_on is not None):
        raise Refusal(
            "只有不予援助的决定可以申请复核，且只复核一次。",
            rule=aid_rules.MEASURE,
            remedy="有新的事实和证据的，可以重新申请。",
            code="no_appeal",
        )


def mediation_reopening(subject: Any, *, by: Actor, **given: Any) -> None:
    raise Refusal(
        "调解终结后不再重新办理。",
        rule=f"{mediation_rules.LAW}第十五条、第十六条",
        remedy="可以按告知的途径申请仲裁、支付令或者强制执行。",
        code="ended",
    )
