"""12351 in the demo: the shift, calls, complaints at every step, a petition, a draft, a survey."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from gonghui.engines.casework.actions import (
    after,
    collective,
    intake,
    knowledge,
    quality,
    replies,
    work,
)
from gonghui.engines.casework.models import Case, Intake
from gonghui.engines.casework.rules import sampling
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import ANONYMOUS
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union
from gonghui.site.demo import cast
from gonghui.site.demo.stage import DEMO, acting, days_ago, living_on, union_named
from gonghui.systems.rights.feedback.actions import calls, consulting, shifts, surveys
from gonghui.systems.rights.feedback.actions.kinds import HOTLINE, PETITIONS

AGENT, CHIEF, CITY = "anhui-jingban", "anhui-shenpi", "hefei-shizong"
PEOPLE = (
    (
        "柯志刚",
        "13905510101",
        "pay",
        "投诉",
        "单位拖欠三个月工资",
        "从六月起没有发工资，找过负责人。",
    ),
    ("郎秀芹", "13905510102", "women", "咨询", "产假工资怎么算", "想问产假期间工资由谁支付。"),
    (
        "沙大勇",
        "13905510103",
        "injury",
        "求助",
        "工伤认定单位不配合",
        "上班时手指受伤，单位不出证明。",
    ),
    (
        "苗小雨",
        "13905510104",
        "welfare",
        "建议",
        "建议增加暑期托管班",
        "双职工家庭暑假没人带孩子。",
    ),
    ("鲍国华", "13905510105", "hours", "投诉", "长期加班没有调休", "每周工作六天，没有加班工资。"),
)
SCRIPTS = (
    (
        "",
        "所有来电",
        "您好，这里是 12351 职工热线，请讲。",
        "您在哪个单位\n怎样联系您\n希望怎样保护您的身份",
    ),
    (
        "pay",
        "拖欠工资",
        "请您慢慢说，我来记录。",
        "拖欠几个月、多少钱\n有没有欠条、工资条\n一共多少人",
    ),
)
DRAFT = """第一条 为了做好职工疗休养工作，保障职工休息权益，制定本办法。
第二条 疗休养每年安排一次，每次不超过七天。
第三条 优先安排劳动模范、一线职工和新就业形态劳动者。
第四条 费用由单位行政、工会和个人按规定负担。"""
SURVEY = """[单选] 您所在的行业
- 制造业
- 建筑业
- 服务业
- 交通运输
[多选 2] 您最需要的服务
- 技能培训
- 健康体检
- 法律援助
- 子女托管
[打分] 您对工会服务满意吗
[文字 选答] 您的建议"""


def answer_calls() -> None:
    """Everything the pages of C4.5 show, made by its own actions on days past."""
    province = union_named(cast.PROVINCE)
    _desk(province)
    _calls()
    cases = [_complaint(province, place, *words) for place, words in enumerate(PEOPLE)]
    _work(province, cases)
    _collective(province)
    _petition()
    _ask(province)


def _desk(province: Union) -> None:
    with living_on(days_ago(40), 9):
        for topic, title, opening, questions in SCRIPTS:
            shifts.write(
                province,
                by=acting(CHIEF),
                topic=topic,
                title=title,
                opening=opening,
                questions=questions,
                closing="感谢您的来电，请记住编号，办理情况会告诉您。",
            )
        article = knowledge.draft(
            province,
            by=acting(AGENT),
            title="年休假没有休怎么补偿",
            body="职工应休未休的年休假天数，单位按职工日工资收入的百分之三百支付年休假工资报酬，"
            "其中包含正常工作期间的工资收入。",
            source="《职工带薪年休假条例》第五条、《企业职工带薪年休假实施办法》第十条",
            keywords="年休假 补偿 未休",
            expires_on=timezone.localdate() + timedelta(days=400),
            open_to_workers=True,
        )
        knowledge.submit(article, by=acting(AGENT))
        article.refresh_from_db()
        knowledge.publish(article, by=acting(CHIEF))
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    agent = User.objects.get(username=AGENT)
    for day in range(-3, 4):
        start = today + timedelta(days=day)
        shifts.plan(
            province,
            by=acting(CHIEF),
            user_id=agent.pk,
            seat="801",
            starts_at=start,
            ends_at=start + timedelta(hours=23, minutes=59),
        )


def _calls() -> None:
    """Calls of the last days: taken, missed, one on hold now."""
    begun = timezone.now() - timedelta(days=3)
    heard: list[calls.Heard] = []

    def say(call: int, kind: str, at: datetime, **facts: str) -> None:
        heard.append(calls.Heard(f"demo-{call}", f"demo-{call}-{kind}", kind, at, **facts))

    for call in range(24):
        at = begun + timedelta(hours=3 * call)
        say(call, "ringing", at, number=f"1390551{call:04d}")
        wait = 6 + (call * 7) % 31
        if call % 8 == 5:
            say(call, "hung_up", at + timedelta(seconds=45))
            continue
        say(call, "answered", at + timedelta(seconds=wait), agent="801")
        over = at + timedelta(seconds=wait + 90 + call * 11)
        say(call, "hung_up", over)
        say(call, "recorded", over, recording=f"REC-{call:04d}")
    now = timezone.now()
    say(90, "ringing", now - timedelta(seconds=20), number="13905519001")
    say(91, "ringing", now - timedelta(minutes=4), number="13905519002")
    say(91, "answered", now - timedelta(minutes=3, seconds=50), agent="801")
    calls.hear(heard)


def _complaint(
    province: Union,
    place: int,
    name: str,
    mobile: str,
    topic: str,
    nature: str,
    title: str,
    text: str,
) -> Case:
    with living_on(days_ago(24 - 4 * place), 10):
        said = intake.Said(
            title=title,
            text=text,
            channel="phone",
            name=name,
            mobile=mobile,
            category=topic,
            details={"性质": nature},
            respondent_name="合肥某制造公司" if nature == "投诉" else "",
        )
        return intake.register(HOTLINE, province, said, by=acting(AGENT)).case


def _work(province: Union, cases: list[Case]) -> None:
    """The first to its rating, the next ones less far, the last still waits."""
    hefei = union_named(cast.HEFEI)
    first, second, third, fourth, _ = cases
    with living_on(days_ago(22), 9):
        for case, topic in ((first, "pay"), (second, "women"), (third, "injury")):
            work.accept(
                _again(case), by=acting(AGENT), category=topic, summary="来电反映，请核实。"
            )
        work.accept(_again(fourth), by=acting(AGENT), category="welfare", difficulty="hard")
        work.route(_again(first), by=acting(AGENT), to=hefei)
        work.take(_again(first), by=acting(CITY))
        work.take(_again(second), by=acting(AGENT))
        work.route(_again(third), by=acting(AGENT), to=hefei)
    with living_on(days_ago(19), 15):
        replies.draft(
            _again(second),
            by=acting(AGENT),
            text="产假期间，参加生育保险的由生育保险基金支付生育津贴；没有参加的由单位支付工资。",
            outcome="explained",
        )
        replies.submit(_again(second), by=acting(AGENT))
        replies.review(_again(second), by=acting(CHIEF), send=True)
    with living_on(days_ago(16), 10):
        row = _intake(second)
        after.call_back(row, by=acting(AGENT), reached=True, score=5, resolved=True)
        after.close(_again(second), by=acting(AGENT))
    _check(province)


def _check(province: Union) -> None:
    """A sample of what was settled, its case checked."""
    with living_on(days_ago(5), 15):
        sample = quality.draw(
            province,
            by=acting(CHIEF),
            kind=HOTLINE,
            from_on=days_ago(60),
            until_on=days_ago(8),
            percent=20,
        )
        points = {code: most for code, (_, most) in sampling.CRITERIA.items()}
        for checked in sample.checks.all():
            quality.check(
                checked,
                by=acting(CHIEF),
                points={**points, "answer": 22},
                findings="答复引用了依据，建议写明办理渠道。",
            )


def _collective(province: Union) -> None:
    """Six people of one firm, over two channels, one case."""
    made = []
    with living_on(days_ago(6), 14):
        for place in range(6):
            said = intake.Said(
                title="物流站点克扣配送费",
                text=f"我们站点从上月起每单扣两角，没有通知，很多骑手都一样，我是{place + 1}号。",
                channel="web" if place % 2 else "phone",
                secrecy="confidential",
                name=f"骑手{place + 1}",
                mobile=f"1390552{place:04d}",
                category="platform",
                respondent_name="合肥某配送服务公司",
                details={"性质": "投诉"},
            )
            taking = intake.submit if place % 2 else intake.register
            by = ANONYMOUS if place % 2 else acting(AGENT)
            made.append(taking(HOTLINE, province, said, by=by).case)
        others = [case.pk for case in made[1:]]
        collective.join(_again(made[0]), by=acting(AGENT), others=others)


def _petition() -> None:
    hefei = union_named(cast.HEFEI)
    with living_on(days_ago(30), 9):
        said = intake.Said(
            title="要求补缴社会保险",
            text="单位二〇二一年至二〇二三年没有为我缴纳养老保险，请求督促补缴。",
            channel="letter",
            name="蓝玉琴",
            mobile="13905513001",
            category="insurance",
            details={"信访形式": "来信", "信访目的": "申诉求决"},
        )
        case = intake.register(PETITIONS, hefei, said, by=acting(CITY)).case
    with living_on(days_ago(24), 11):
        work.accept(_again(case), by=acting(CITY), category="insurance")
        work.take(_again(case), by=acting(CITY))


def _ask(province: Union) -> None:
    """A draft opinions are asked on, and a questionnaire."""
    soon = timezone.localdate() + timedelta(days=20)
    with living_on(days_ago(9), 9):
        draft = consulting.draft(
            province,
            by=acting(AGENT),
            title="职工疗休养管理办法（征求意见稿）",
            intro="为规范职工疗休养工作，起草本办法，现公开征求意见。",
            text=DRAFT,
            questions="您认为每次几天合适？",
            closes_on=soon,
        )
        draft = consulting.open_up(draft, by=acting(CHIEF))
        survey = surveys.draft(
            province,
            by=acting(AGENT),
            title="工会服务需求问卷",
            questions=SURVEY,
            closes_on=soon,
            intro="两分钟填完，用于安排明年的服务项目。",
        )
        surveys.open_up(survey, by=acting(CHIEF))
    second = draft.provisions.get(mark="第二条")
    for words, stance in (
        ("建议一线职工每年不少于五天。", "amend"),
        ("七天太长，生产安排不开。", "oppose"),
        ("", "agree"),
    ):
        consulting.opine(draft, by=ANONYMOUS, stance=stance, text=words, provision=second.pk)


def _again(case: Case) -> Case:
    return Case.objects.unscoped(DEMO).select_related("union").get(pk=case.pk)


def _intake(case: Case) -> Intake:
    with everywhere():
        return Intake.objects.unscoped(DEMO).get(case=case)
