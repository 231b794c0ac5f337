"""Decision tables of the demo: a version in force, one that waits, one still being written."""

from __future__ import annotations

from dataclasses import replace

from gonghui.kernel.rules.tables import Line, Sample
from gonghui.site.demo import cast
from gonghui.site.demo.stage import acting, days_ago, living_on, union_named
from gonghui.systems.foundation.components.actions import decision_tables as actions
from gonghui.systems.foundation.components.queries.decision_tables import declared


def write_tables() -> None:
    """A province's version published a month ago; a county's, and its next; a city's draft."""
    _trades_of_the_province()
    _terms_of_the_county()
    _materials_of_the_city()


def _trades_of_the_province() -> None:
    table = declared("membership.pool_trades")
    writer, chief = acting("anhui-jingban"), acting("anhui-shenpi")
    content = replace(
        table.default,
        lines=(
            *(
                replace(
                    line, then={**line.then, "words": "快递、邮政、寄递、即送"}, note="含即时配送"
                )
                if line.when["trade"] == "03"
                else line
                for line in table.default.lines
            ),
            Line({"trade": "99"}, {"words": "灵活就业"}, "没有行业工会的，转灵活就业工会"),
        ),
        samples=(
            Sample("快递员", {"trade": "03"}, {"words": "快递、邮政、寄递、即送"}),
            Sample("其他", {"trade": "99"}, {"words": "灵活就业"}),
        ),
    )
    with living_on(days_ago(30)) as day:
        draft = actions.begin(union_named(cast.PROVINCE), by=writer, table=table)
        actions.write(draft, by=writer, content=content, reason="即时配送并入快递")
        actions.try_on_past(draft, by=writer)
        actions.ask(
            draft,
            by=writer,
            reason="即时配送并入快递，增加其他行业",
            valid_from=day,
            source_doc="皖工发〔2026〕31号",
        )
    with living_on(days_ago(29)) as day:
        actions.publish(draft, by=chief, valid_from=day, reason="同意")


def _terms_of_the_county() -> None:
    table = declared("circulation.terms")
    county = union_named(cast.SHUSHAN)
    writer, chief = acting("shushan-shencha"), acting("shushan-quzong")
    first = replace(
        table.default,
        lines=(
            Line({"urgency": "平件"}, {"workdays": "7"}, "区里缩短三个工作日"),
            *table.default.lines[1:],
        ),
        samples=(Sample("平件", {"urgency": "平件", "from_above": "否"}, {"workdays": "7"}),),
    )
    second = replace(
        first,
        lines=(
            Line({"urgency": "平件", "from_above": "否"}, {"workdays": "7"}),
            Line({"urgency": "平件", "from_above": "是"}, {"workdays": "5"}, "上级来文先办"),
            *table.default.lines[1:],
        ),
        samples=(
            *first.samples,
            Sample("上级平件", {"urgency": "平件", "from_above": "是"}, {"workdays": "5"}),
        ),
    )
    with living_on(days_ago(12)) as day:
        draft = actions.begin(county, by=writer, table=table)
        actions.write(draft, by=writer, content=first, reason="缩短平件时限")
        actions.try_on_past(draft, by=writer)
        actions.ask(draft, by=writer, reason="缩短平件时限", valid_from=day, source_doc="")
        actions.publish(draft, by=chief, valid_from=day, reason="同意")
    with living_on(days_ago(1)) as day:
        later = actions.begin(county, by=writer, table=table)
        actions.write(later, by=writer, content=second, reason="上级来文五个工作日办结")
        actions.try_on_past(later, by=writer)
        actions.ask(
            later, by=writer, reason="上级来文五个工作日办结", valid_from=day, source_doc=""
        )


def _materials_of_the_city() -> None:
    table = declared("legal_person.materials")
    writer = acting("hefei-shizong")
    content = replace(
        table.default,
        lines=(
            *table.default.lines,
            Line(
                {"procedure": "new", "joint": "否"},
                {"materials": "unit"},
                "单独建会的同时提供单位证照",
            ),
        ),
        samples=(
            *table.default.samples,
            Sample(
                "联合基层工会新办",
                {"procedure": "new", "joint": "是"},
                {"materials": "form、founding、identity、residence、funds、unit"},
            ),
        ),
    )
    with living_on(days_ago(2)):
        draft = actions.begin(union_named(cast.HEFEI), by=writer, table=table)
        actions.write(draft, by=writer, content=content, reason="单独建会的补充单位证照")
