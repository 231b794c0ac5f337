"""Legal aid by unions (工会法律援助): who gets it, its states, the order of its closing file.

Source: 《工会法律援助办法》（总工发〔2008〕52号）.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.systems.rights.legal_aid.rules.matters import INJURY, PAY, UNION

MEASURE = "《工会法律援助办法》（总工发〔2008〕52号）"

WORKER, MIGRANT, CADRE, BODY = "worker", "migrant", "cadre", "body"
APPLICANTS = {
    WORKER: "职工",
    MIGRANT: "农民工",
    CADRE: "工会工作者",
    BODY: "工会组织",
}
FORMS = {
    "advice": "法律咨询",
    "writing": "代写法律文书",
    "mediation": "参与协商、调解",
    "arbitration": "劳动争议仲裁代理",
    "litigation": "诉讼代理",
}
RESULTS = {
    "won": "请求得到支持",
    "partly": "请求部分得到支持",
    "settled": "调解或和解结案",
    "lost": "请求未得到支持",
    "withdrawn": "受援人撤回请求",
    "advised": "咨询或文书已完成",
}

APPLIED, REVIEWING, SUPPLEMENT, SCREENED = "applied", "reviewing", "supplement", "screened"
GRANTED, REFUSED, APPEALED, ASSIGNED = "granted", "refused", "appealed", "assigned"
WORKING, CONCLUDED, CLOSED, ARCHIVED = "working", "concluded", "closed", "archived"
DECLINED, WITHDRAWN, ENDED = "declined", "withdrawn", "ended"
STATES = {
    APPLIED: "待受理",
    REVIEWING: "审查中",
    SUPPLEMENT: "待补充材料",
    SCREENED: "待审批",
    GRANTED: "已批准，待指派",
    ASSIGNED: "待律师接受",
    WORKING: "办理中",
    CONCLUDED: "待审核结案",
    CLOSED: "已结案，待归档",
    ARCHIVED: "已归档",
    REFUSED: "不予援助",
    APPEALED: "待复核",
    ENDED: "已终止",
    DECLINED: "不予受理",
    WITHDRAWN: "已撤回",
}
FINISHED = (ARCHIVED, REFUSED, ENDED, DECLINED, WITHDRAWN)
ALLOWED: dict[str, tuple[str, ...]] = {
    "take_in": (APPLIED,),
    "ask": (REVIEWING,),
    "supplied": (SUPPLEMENT,),
    "screen": (REVIEWING,),
    "back": (SCREENED,),
    "grant": (SCREENED,),
    "refuse": (SCREENED,),
    "judge": (APPEALED,),
    "assign": (GRANTED,),
    "answer": (ASSIGNED,),
    "replace": (ASSIGNED, WORKING),
    "work": (WORKING,),
    "conclude": (WORKING,),
    "close": (CONCLUDED,),
    "rework": (CONCLUDED,),
    "end": (GRANTED, ASSIGNED, WORKING),
    "archive": (CLOSED,),
}


def check_state(verb: str, state: str) -> None:
    """Conflict unless the verb may be done at this state."""
    if state not in ALLOWED[verb]:
        wanted = "、".join(STATES[item] for item in ALLOWED[verb])
        raise Conflict(
            f"这件援助申请现在是“{STATES[state]}”，不能这样办理。",
            rule=f"限于：{wanted}",
            remedy="可能已有他人办理，请刷新页面查看最新状态。",
            code="state",
        )


@dataclass(frozen=True)
class Eligibility:
    """met None: not to be told yet; because: in Chinese, without what somebody earns."""

    met: bool | None
    means: str
    because: str


EXEMPT, MEANS_MET, MEANS_UNMET, UNKNOWN = "exempt", "met", "unmet", ""
MEANS_WORDS = {
    EXEMPT: "免于经济状况审查",
    MEANS_MET: "符合经济困难标准",
    MEANS_UNMET: "超过经济困难标准",
    UNKNOWN: "尚未核对",
}


def eligibility(
    applicant: str,
    matter: str,
    income: Decimal | None,
    line: Decimal,
    *,
    gravely: bool = False,
    mark: str = "",
) -> Eligibility:
    """Whether an application lies in scope and meets the means test.

    income, line: yuan a month and head of the family; at the line is within it. gravely: there is
    evidence that lawful rights were gravely infringed, which stands in for the means test.
    mark: said after the line, where it is provisional.
    """
    if applicant in (CADRE, BODY):
        if matter == UNION or applicant == BODY:
            return Eligibility(
                True, EXEMPT, f"{APPLICANTS[applicant]}因履行职责或组织权益受到侵害，不审查经济状况"
            )
    elif matter == UNION:
        return Eligibility(False, UNKNOWN, "工会组织和工会干部权益事项由工会工作者或工会组织申请")
    if applicant == MIGRANT and matter in (PAY, INJURY):
        return Eligibility(True, EXEMPT, "农民工请求支付劳动报酬或者工伤赔偿，不受经济困难条件限制")
    if income is None:
        if gravely:
            return Eligibility(True, UNKNOWN, "有证据证明合法权益被严重侵害")
        return Eligibility(None, UNKNOWN, "还没有家庭人均月收入，不能核对经济状况")
    if income < 0:
        raise Refusal("家庭人均月收入不能是负数。", field="income", code="income")
    if income <= line:
        return Eligibility(True, MEANS_MET, f"家庭人均月收入不超过标准 {line} 元{mark}")
    if gravely:
        return Eligibility(
            True,
            MEANS_UNMET,
            f"家庭人均月收入超过标准 {line} 元{mark}；有证据证明合法权益被严重侵害",
        )
    return Eligibility(False, MEANS_UNMET, f"家庭人均月收入超过标准 {line} 元{mark}")


IDENTITY, RELATION, CLAIM, MEANS_PROOF, MANDATE = "id", "relation", "claim", "means", "mandate"
MATERIALS = {
    IDENTITY: "身份证明",
    RELATION: "劳动关系或工会任职证明",
    CLAIM: "与请求有关的证据材料",
    MEANS_PROOF: "家庭经济状况证明",
    MANDATE: "代为申请的授权委托书",
}


def lacking_materials(
    seen: Collection[str], found: Eligibility, *, by_agent: bool = False
) -> list[str]:
    """Titles of materials still to be brought."""
    wanted = [IDENTITY, RELATION, CLAIM]
    if found.means not in (EXEMPT,):
        wanted.append(MEANS_PROOF)
    if by_agent:
        wanted.append(MANDATE)
    return [MATERIALS[code] for code in wanted if code not in seen]


def check_grounds(favourable: bool, found: Eligibility, lacking: Collection[str]) -> None:
    """Refuse a proposal the rules do not carry, either way."""
    if not favourable:
        return
    if found.met is None:
        raise Refusal(
            "还不能核对经济状况，不能建议批准。",
            rule=MEASURE,
            remedy="请填写家庭人均月收入，或注明权益被严重侵害的证据。",
            field="income",
            code="means_unknown",
        )
    if not found.met:
        raise Refusal(
            f"不符合援助条件：{found.because}。",
            rule=MEASURE,
            remedy="有证据证明合法权益被严重侵害的，请勾选并写明；否则建议不予援助。",
            field="favourable",
            code="not_eligible",
        )
    if lacking:
        raise Refusal(
            f"还缺少：{'、'.join(lacking)}。",
            rule=MEASURE,
            remedy="请先一次告知申请人补充，补齐后再提出审查意见。",
            field="materials",
            code="materials",
        )


def check_result(result: str, claimed: Decimal | None, recovered: Decimal) -> None:
    """Refuse a result that does not go with the amount."""
    if result not in RESULTS:
        raise Refusal("请选择办理结果。", field="result", code="result")
    if recovered < 0:
        raise Refusal("挽回金额不能是负数。", field="recovered", code="amount")
    if recovered and result in ("lost", "advised"):
        raise Refusal(
            f"结果是“{RESULTS[result]}”，不应有挽回金额。", field="recovered", code="amount"
        )


@dataclass(frozen=True)
class Paper:
    """A paper of the closing file (卷内文件). always: every file has it."""

    code: str
    title: str
    always: bool = True


ORDER = (
    Paper("cover", "卷宗封面和卷内目录"),
    Paper("form", "法律援助申请表"),
    Paper("materials", "身份、劳动关系和经济状况证明"),
    Paper("decision", "法律援助审批表"),
    Paper("assignment", "指派函"),
    Paper("mandate", "委托协议和授权委托书", always=False),
    Paper("evidence", "证据和调查材料", always=False),
    Paper("documents", "起诉（申请）书、答辩、代理意见等法律文书"),
    Paper("hearings", "开庭通知和庭审记录", always=False),
    Paper("outcome", "裁决书、判决书、调解书或咨询记录"),
    Paper("report", "结案报告"),
    Paper("subsidy", "办案补贴计算单"),
    Paper("rating", "受援人评价", always=False),
)
"""The order in which papers lie in a file."""


@dataclass(frozen=True)
class Line:
    """One line of the list of a file: its place, and whether it is there."""

    number: int
    paper: Paper
    there: bool


def file_of(there: Collection[str]) -> list[Line]:
    """The list of a closing file: what is there, and what must be and is not, in order."""
    shown = [paper for paper in ORDER if paper.always or paper.code in there]
    return [Line(number, paper, paper.code in there) for number, paper in enumerate(shown, 1)]


def check_file(there: Collection[str]) -> list[Line]:
    """The list of a file that may be archived; Refusal names what lacks."""
    lines = file_of(there)
    lacking = [line.paper.title for line in lines if line.paper.always and not line.there]
    if lacking:
        raise Refusal(
            f"卷内还缺少：{'、'.join(lacking)}。",
            rule="一案一卷，按卷内顺序整理后归档",
            remedy="请在“文书”中补登后再归档。",
            code="file",
        )
    return lines
