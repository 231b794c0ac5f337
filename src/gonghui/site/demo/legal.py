"""Legal persons of Shushan: those from before the platform, and applications at every stage."""

from __future__ import annotations

import random
from datetime import date, timedelta

from django.utils import timezone

from gonghui.kernel.base.identifiers import Sex, synthetic_resident_id
from gonghui.kernel.codes.parameters import TERM_EXTENSION_MAX_MONTHS
from gonghui.kernel.org.models import Union
from gonghui.site.demo import cast
from gonghui.site.demo.stage import DEMO, acting, days_ago, living_on, union_named
from gonghui.site.demo.upkeep import paper
from gonghui.systems.mobilization.legal_person.actions import (
    applications,
    certificates,
    codes,
    examining,
)
from gonghui.systems.mobilization.legal_person.actions.registering import take_over
from gonghui.systems.mobilization.legal_person.jobs.watching import compare, renew
from gonghui.systems.mobilization.legal_person.models import Application
from gonghui.systems.mobilization.legal_person.queries import applications as queries
from gonghui.systems.mobilization.legal_person.rules import procedures as rules

SEED = 20261204
TAKEN_OVER = 36
ENDS = (-40, 6, 18, 27, 75, 200, 400, 640, 900)
"""Days from today to the end of certificates, in turn."""


def register_all() -> None:
    """Ranges, sheets, old legal persons, and applications of six kinds at their stages."""
    county = union_named(cast.SHUSHAN)
    _supplies(county)
    rng = random.Random(SEED)
    rows = Union.objects.unscoped(DEMO).filter(
        path__startswith=county.path, kind__in=("70", "80"), status="active"
    )
    unions = list(rows.order_by("pk"))
    coded = [union for union in unions if union.uscc]
    firm = union_named(cast.FIRM)
    held = [firm, *[union for union in coded if union.pk != firm.pk]][:TAKEN_OVER]
    with living_on(days_ago(120), 9):
        for number, union in enumerate(held, 1):
            _take_over(union, number, rng)
    bare = [union for union in unions if not union.uscc]
    _new_ones(bare, rng)
    _others([union for union in held if union.pk != firm.pk])
    compare()
    renew()


def _supplies(county: Union) -> None:
    approver, handler = acting("shushan-quzong"), acting("shushan-shencha")
    with living_on(days_ago(200), 10):
        for sign in ("1", "9"):
            codes.file_range(
                county,
                by=approver,
                prefix=f"8{sign}{county.region[:6]}",
                first="MC000000",
                last="MC999999",
                document="省总工会赋码号段下达通知",
            )
        for copy, prefix in (("original", "皖正"), ("duplicate", "皖副")):
            first = certificates.receive(
                county,
                by=handler,
                copy=copy,
                prefix=prefix,
                first="0260101",
                count=40,
                received_on=timezone.localdate(),
                received_from="安徽省总工会",
            )
        certificates.waste(first, by=handler, reason="领入时已受潮变形")


def _take_over(union: Union, number: int, rng: random.Random) -> None:
    today = timezone.localdate()
    ends = timezone.localdate() + timedelta(days=120 + ENDS[number % len(ENDS)])
    record = queries.recorded_facts(union)
    chair = record["representative_name"] or "洪立新"
    take_over(
        union,
        by=acting("shushan-shencha"),
        uscc=union.uscc,
        number=f"工法证字第{union.region[:6]}{90000 + number}号",
        name=union.name,
        residence=record["residence"] or "合肥市蜀山区黄山路 599 号",
        representative_name="盛晓兰" if number % 9 == 5 else chair,
        registered_on=min(ends - timedelta(days=1500), today - timedelta(days=10)),
        valid_from=ends - timedelta(days=1826),
        expires_on=ends,
    )


def _identity(rng: random.Random) -> str:
    born = date(1966, 1, 1) + timedelta(days=rng.randrange(9000))
    return synthetic_resident_id(rng, cast.SHUSHAN, born, rng.choice(list(Sex)))


def _drawn(union: Union, procedure: str, rng: random.Random, **given: object) -> Application:
    """A complete application that is not submitted."""
    by = _applicant(union)
    record = queries.recorded_facts(union)
    facts: dict[str, object] = {
        "contact_name": "储晓燕",
        "contact_phone": f"199{rng.randrange(10**8):08d}",
        "basis": "井工发〔2026〕21号",
        "reason": "按规定办理",
        **given,
    }
    if procedure in (rules.NEW, rules.ELECTION):
        facts |= {
            "representative_name": record["representative_name"] or "洪立新",
            "representative_id": _identity(rng),
            "happened_on": timezone.localdate() - timedelta(days=12),
            "term_years": 5,
        }
    if procedure == rules.NEW:
        facts |= {
            "residence": record["residence"] or "合肥市蜀山区黄山路 599 号",
            "funds": "单位拨缴工会经费和会员会费",
            "founded_document": record["founded_document"] or "工发〔2020〕7号",
            "late_reason": "成立时尚未开立工会经费账户，现已开立",
        }
    made = applications.draw(union, by=by, procedure=procedure, **facts)
    needed = rules.missing(procedure, (), queries.needed(made))
    files = {item.code: paper(item.title[:10]) for item in needed}
    return applications.bring(made, by=by, files=files)


def _applicant(union: Union):
    street = union_named(cast.STREET)
    inside = union.path.startswith(street.path)
    return acting("jinggang-zhenzong" if inside else "hefei-shizong")


def _submitted(days: int, union: Union, procedure: str, rng: random.Random, **given: object):
    with living_on(days_ago(days), 9):
        made = _drawn(union, procedure, rng, **given)
        return applications.submit(made, by=_applicant(union))


def _accepted(days: int, union: Union, procedure: str, rng: random.Random, **given: object):
    made = _submitted(days + 2, union, procedure, rng, **given)
    with living_on(days_ago(days), 10):
        return examining.accept(made, by=acting("shushan-shencha"))


def _examined(days: int, union: Union, procedure: str, rng: random.Random, **given: object):
    made = _accepted(days + 3, union, procedure, rng, **given)
    by = acting("shushan-shencha")
    with living_on(days_ago(days), 15):
        choices = {line.field: line.choices[0][0] for line in queries.open_lines(made)}
        if choices:
            made = examining.compare(made, by=by, choices=choices, reason="查阅批复和场地证明")
        return examining.examine(made, by=by, favourable=True, finding="材料齐全，情况属实")


def _new_ones(bare: list[Union], rng: random.Random) -> None:
    """First registrations: waiting at each stage; two wait for the issuing platform."""
    approver = acting("shushan-quzong")
    _submitted(2, bare[0], rules.NEW, rng)
    _accepted(4, bare[1], rules.NEW, rng)
    _examined(2, bare[2], rules.NEW, rng)
    with living_on(days_ago(6), 11):
        examining.supplement(
            _accepted(8, bare[3], rules.NEW, rng),
            by=acting("shushan-shencha"),
            reason="住所使用证明已过期，请补有效的证明；申请表缺工会印章。",
        )
    for union in bare[4:6]:
        made = _examined(3, union, rules.NEW, rng)
        with living_on(days_ago(1), 16):
            examining.approve(made, by=approver)
    made = _examined(24, bare[6], rules.NEW, rng)
    with living_on(days_ago(22), 16):
        made = examining.refuse(
            made, by=approver, reason="住所证明与实地核查不符，不具备自有住所。"
        )
    with living_on(days_ago(3), 10):
        applications.appeal(
            made, by=_applicant(bare[6]), reason="已租用新的办公场所，租赁合同附后。"
        )
    with living_on(days_ago(1), 10):
        _drawn(bare[7], rules.NEW, rng)


def _others(held: list[Union]) -> None:
    """Changes, elections, a delay, reissues and a cancellation of legal persons on file."""
    rng = random.Random(SEED + 1)
    approver = acting("shushan-quzong")
    made = _examined(9, held[0], rules.REISSUE, rng, reason="正本遗失，已在本市报纸声明作废")
    with living_on(days_ago(8), 10):
        made = examining.approve(made, by=approver)
        _print_all(made, done=True)
    made = _examined(4, held[1], rules.ELECTION, rng)
    with living_on(days_ago(2), 10):
        made = examining.approve(made, by=approver)
        _print_all(made, done=False)
    _submitted(
        1,
        held[2],
        rules.CHANGE,
        rng,
        residence="合肥市蜀山区潜山路 188 号",
        happened_on=timezone.localdate() - timedelta(days=20),
    )
    person = queries.person_of(held[3].pk)
    if person is not None:
        months = TERM_EXTENSION_MAX_MONTHS.on(timezone.localdate())
        wanted = rules.add_months(person.expires_on, months - 1)
        _examined(2, held[3], rules.DELAY, rng, delayed_to=wanted, reason="企业重组，暂不能换届")
    made = _examined(
        16, held[4], rules.CANCEL, rng, reason="企业注销，工会撤销，财产已移交上级工会"
    )
    with living_on(days_ago(14), 10):
        examining.approve(made, by=approver)


def _print_all(made: Application, *, done: bool) -> None:
    """Print both; the first original is spoiled and printed again."""
    handler, approver = acting("shushan-shencha"), acting("shushan-quzong")
    for certificate in queries.certificates_of(made):
        found = certificates.print_out(certificate, by=handler)
        if done and found.copy == "original":
            found = certificates.spoil(found, by=handler, reason="套印偏位")
            found = certificates.print_out(found, by=handler)
        if done:
            found = certificates.seal(found, by=approver)
            certificates.issue(found, by=handler, received_by="储晓燕")
