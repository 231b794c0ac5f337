"""What goes on paper: forms of aid, letters of supervision, the agreement of mediation.

What is printed names nobody but units, lawyers and officers, unless the parties are given: their
names stand in forms and agreements printed for signing, and every such print is on record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gonghui.kernel.documents.content import (
    Cell,
    Form,
    Kind,
    Official,
    Row,
    Seal,
    chinese_day,
    label,
)
from gonghui.systems.rights.legal_aid.models import Aid, Assignment, Letter, Mediation, SubsidyLine
from gonghui.systems.rights.legal_aid.rules import aid as rules
from gonghui.systems.rights.legal_aid.rules import mediation, supervision


@dataclass(frozen=True)
class Party:
    """An applicant as a form names them; empty: to be written by hand."""

    name: str = ""
    mobile: str = ""


NOBODY = Party()
SIGN = "（签字）　　　　　年　　月　　日"


def _day(day: date | None) -> str:
    return chinese_day(day) if day else ""


def _rows(items: list[tuple[str, str]], height: float = 11) -> tuple[Row, ...]:
    return tuple(Row((label(title), Cell(text)), height) for title, text in items)


def application(row: Aid, said: str, who: Party = NOBODY) -> Form:
    """法律援助申请表. said: the story as whoever prints may read it."""
    amount = f"{row.claimed} 元" if row.claimed is not None else ""
    return Form(
        title="工会法律援助申请表",
        organ=row.union.name,
        number=row.case.number,
        widths=(1, 3),
        rows=(
            *_rows(
                [
                    ("申请人", who.name),
                    ("联系电话", who.mobile),
                    ("证件号码", ""),
                    ("申请人类别", row.get_applicant_display()),
                    ("申请事项", row.get_matter_display()),
                    ("对方当事人", row.employer),
                    ("请求金额", amount),
                    ("受援人数", f"{row.people} 人"),
                ]
            ),
            Row((label("事实、理由和要求"), Cell(said)), 90),
            Row((label("申请人声明"), Cell(f"以上情况属实，愿意承担不实的责任。\n{SIGN}")), 26),
        ),
        notes=("证件号码由申请人填写。",) if who.name else ("姓名、证件号码和电话由申请人填写。",),
        draft=row.state == rules.APPLIED,
    )


def approval(row: Aid) -> Form:
    """法律援助审批表."""
    seen = "、".join(rules.MATERIALS[code] for code in row.materials)
    means = f"{row.get_means_display() or '以其他条件为准'}：{row.because}"
    # Only a refusal is judged: a form of aid beside a judgement is what the judgement granted.
    refused = not row.form or row.judged_on is not None
    granted = f"决定援助，{row.get_form_display()}。" if row.form else "维持不予援助。"
    judgement = f"{granted}{row.judgement}" if row.judgement else ""
    decision = (
        f"{'不予援助。' if refused else f'同意援助，{row.get_form_display()}。'}{row.opinion}"
    )
    return Form(
        title="工会法律援助审批表",
        organ=row.union.name,
        number=row.number,
        widths=(1, 3),
        rows=(
            *_rows(
                [
                    ("申请编号", row.case.number),
                    ("申请人类别", row.get_applicant_display()),
                    ("申请事项", row.get_matter_display()),
                    ("对方当事人", row.employer),
                    ("已核对材料", seen),
                    ("经济状况审查", means),
                ]
            ),
            Row(
                (
                    label("审查意见"),
                    Cell(_signed(row.finding, row.screened_by_name, row.screened_on)),
                ),
                40,
            ),
            Row(
                (label("审批意见"), Cell(_signed(decision, row.decided_by_name, row.decided_on))),
                40,
            ),
            Row(
                (
                    label("复核意见"),
                    Cell(_signed(judgement, row.judged_by_name, row.judged_on)),
                ),
                30,
            ),
        ),
    )


def _signed(text: str, name: str, day: date | None) -> str:
    return f"{text}\n{name}　{_day(day)}" if text else ""


def assignment(row: Aid, held: Assignment) -> Official:
    """指派函, to the lawyer's firm."""
    organ = row.union.name
    return Official(
        organs=(organ,),
        kind=Kind.LETTER,
        title="法律援助指派函",
        number=held.number,
        to=(held.lawyer.workplace,),
        body=(
            f"我会决定对{row.case.number}号申请（{row.get_matter_display()}）给予法律援助，"
            f"援助方式为{row.get_form_display()}，对方当事人为{row.employer}。",
            f"现指派你单位{held.lawyer.name}律师（执业证号{held.lawyer.licence}）承办。"
            f"请于{chinese_day(held.answer_due_on)}前答复是否接受；与当事人有利害关系的应当说明并回避。",
            "承办期间不得向受援人收取任何财物。办结后请及时提交结案报告和卷宗材料，"
            "办案补贴按当地工会标准核发。",
        ),
        date=held.assigned_on,
        seals=(Seal(organ),),
    )


def report(row: Aid, held: Assignment | None, subsidy: SubsidyLine | None) -> Form:
    """结案报告."""
    return Form(
        title="工会法律援助结案报告",
        organ=row.union.name,
        number=row.number,
        widths=(1, 3),
        rows=(
            *_rows(
                [
                    ("申请编号", row.case.number),
                    ("事项和方式", f"{row.get_matter_display()}，{row.get_form_display()}"),
                    ("对方当事人", row.employer),
                    ("承办律师", str(held.lawyer) if held else ""),
                    ("指派日期", _day(held.assigned_on) if held else ""),
                    ("办理结果", row.get_result_display()),
                    ("挽回金额", f"{row.recovered} 元"),
                    ("办案补贴", subsidy.words if subsidy else ""),
                ]
            ),
            Row((label("办案小结"), Cell(row.summary)), 70),
            Row(
                (label("审核意见"), Cell(_signed("同意结案。", row.closed_by_name, row.closed_on))),
                26,
            ),
        ),
    )


def contents(row: Aid, lines: list[rules.Line]) -> Form:
    """卷内目录, in the order of the papers."""
    return Form(
        title="法律援助卷宗卷内目录",
        organ=row.union.name,
        number=row.file_number or row.case.number,
        widths=(1, 5, 2, 2),
        rows=(
            Row((label("序号"), label("文书名称"), label("页次"), label("备注"))),
            *(
                Row(
                    (
                        Cell(str(line.number)),
                        Cell(line.paper.title),
                        Cell(),
                        Cell("" if line.there else "缺"),
                    )
                )
                for line in lines
            ),
        ),
        notes=("页次装订时填写。",),
        draft=not row.file_number,
    )


def mediation_form(row: Mediation, said: str, who: Party = NOBODY) -> Form:
    """调解申请书."""
    amount = f"{row.claimed} 元" if row.claimed is not None else ""
    return Form(
        title="劳动争议调解申请书",
        organ=row.union.name,
        number=row.case.number,
        widths=(1, 3),
        rows=(
            *_rows(
                [
                    ("申请人", who.name),
                    ("联系电话", who.mobile),
                    ("证件号码", ""),
                    ("用人单位", row.employer),
                    ("争议事项", row.get_matter_display()),
                    ("请求金额", amount),
                ]
            ),
            Row((label("事实、理由和请求"), Cell(said)), 110),
            Row((label("申请人"), Cell(SIGN)), 20),
        ),
    )


def mediation_notice(row: Mediation) -> Official:
    """受理通知书, to the employer."""
    organ = row.union.name
    return Official(
        organs=(organ,),
        kind=Kind.LETTER,
        title="劳动争议调解受理通知书",
        to=(row.employer,),
        body=(
            f"职工申请调解与你单位的{row.get_matter_display()}争议（{row.case.number}），双方同意调解，"
            "我会予以受理。",
            "调解员与当事人有利害关系的，当事人可以申请其回避。",
            f"依据：{mediation.LAW}第十条、第十四条。",
        ),
        date=row.employer_answer_on,
        seals=(Seal(organ),),
    )


def agreement(row: Mediation, terms: str, who: Party = NOBODY) -> Form:
    """调解协议书, to be signed by both parties and the mediator, under the seal."""
    amount = f"{row.amount} 元" if row.amount is not None else ""
    lines = "\n".join(line.strip() for line in terms.splitlines() if line.strip())
    return Form(
        title="劳动争议调解协议书",
        organ=row.union.name,
        number=row.number,
        widths=(1, 3),
        rows=(
            *_rows(
                [
                    ("申请人（职工）", who.name),
                    ("被申请人", row.employer),
                    ("争议事项", row.get_matter_display()),
                    ("协议金额", amount),
                    ("履行期限", _day(row.perform_by)),
                ]
            ),
            Row((label("协议内容"), Cell(lines)), 90),
            Row((label("申请人"), Cell(SIGN)), 18),
            Row((label("被申请人"), Cell("（签章）　　　　　年　　月　　日")), 18),
            Row(
                (label("调解员"), Cell(f"{row.mediator.name if row.mediator else ''}　{SIGN}")), 18
            ),
            Row((label("调解组织"), Cell("（盖章）")), 22),
        ),
        notes=(
            "本协议由双方当事人签名或者盖章，经调解员签名并加盖调解组织印章后生效，对双方具有约束力。",
            "自生效之日起三十日内，双方可以共同向人民法院申请司法确认。",
        ),
        draft=row.effective_on is None,
    )


def failure(row: Mediation) -> Official:
    """终止调解通知书, to both: nothing of what the applicant said of the limitation."""
    organ = row.union.name
    return Official(
        organs=(organ,),
        kind=Kind.LETTER,
        title="劳动争议终止调解通知书",
        to=("申请人", row.employer),
        body=(
            f"{row.case.number}号{row.get_matter_display()}争议的调解终止，"
            f"原因：{row.get_failure_display()}。",
            "当事人可以依法向有管辖权的劳动人事争议仲裁委员会申请仲裁。",
            f"依据：{mediation.LAW}第十四条、第二十七条。",
        ),
        date=row.failed_on,
        seals=(Seal(organ),),
    )


def letter(found: Letter) -> Official:
    """提示函, 意见书 or 建议书."""
    organ = found.watch.union.name
    return Official(
        organs=(organ,),
        kind=Kind.LETTER,
        title=supervision.LETTERS[found.kind],
        number=found.number,
        to=(found.addressee,),
        body=tuple(line for line in found.text.splitlines() if line.strip()),
        date=found.issued_on,
        seals=(Seal(organ),) if found.issued_on else (),
        draft=found.issued_on is None,
    )
