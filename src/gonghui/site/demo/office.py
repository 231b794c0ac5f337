"""Documents of the province at every step, what counties received, incoming papers, tasks."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union
from gonghui.site.demo import cast
from gonghui.site.demo.stage import DEMO, acting, days_ago, living_on, union_named
from gonghui.systems.office.circulation.actions import (
    chain,
    drafting,
    exchanging,
    filing,
    incoming,
    issuing,
    register,
    supervision,
)
from gonghui.systems.office.circulation.models import Delivery, Outgoing

SEASON = """为切实做好岁末年初困难职工送温暖工作，现将有关事项通知如下。
一、准确掌握底数
各级工会要对在档困难职工逐户走访，核实家庭收入、就业和健康状况，做到应送尽送、不重不漏。
二、按时组织发放
送温暖资金由县级工会直接发放到户，发放名单在基层单位公示不少于五个工作日。
三、及时报送情况
请于活动结束后五个工作日内报送工作总结和统计表。"""
SAFETY = """各产业工会要结合行业特点组织排查，重点检查有限空间、高处作业和用电安全。
发现的问题应当场记录、限期整改，重大隐患同时报告当地应急管理部门。"""
TRAINING = """经研究，定于下月举办全省工会办公室业务培训班，现将有关事项通知如下。
一、参加人员：各市、县（市、区）总工会办公室负责人。
二、内容：公文写作、档案管理、值班值守。
三、请各单位提前报送参训人员名单。"""
LETTER = """为推进职工子女托管工作，拟商请贵单位共同开展场地和师资情况摸底。
如无不同意见，请于十个工作日内函复。"""
DECISIONS = """一、会议同意岁末年初送温暖工作方案，由权益保障部组织实施。
二、会议要求办公室在月底前完成全省工会公文处理情况检查。"""


def circulate() -> None:
    """What the offices of the demo have on their desks."""
    province = union_named(cast.PROVINCE)
    _marks(province)
    _templates(province)
    _issued(province)
    _voided(province)
    _under_way(province)
    _incoming(province)
    _meeting(province)


def _user(username: str) -> User:
    return User.objects.get(username=username)


def _marks(province: Union) -> None:
    leader = acting("anhui-shenpi")
    with living_on(days_ago(120), 9):
        register.open_series(province, by=leader, prefix="皖工发", use="下行文和上行文")
        register.open_series(province, by=leader, prefix="皖工函", use="函", kinds=["letter"])
        register.open_series(
            province, by=leader, prefix="皖工纪要", use="会议纪要", kinds=["minutes"]
        )
        register.open_series(union_named(cast.HEFEI), by=acting("hefei-shizong"), prefix="合工发")
        register.open_series(
            union_named(cast.SHUSHAN), by=acting("shushan-quzong"), prefix="蜀工发"
        )


def _templates(province: Union) -> None:
    with living_on(days_ago(118), 9):
        by = acting("anhui-jingban")
        drafting.make_template(
            province,
            by=by,
            name="会议通知",
            kind="notice",
            title="关于召开……会议的通知",
            body="定于……在……召开……会议，现将有关事项通知如下。\n一、会议时间和地点\n二、参加人员\n三、有关要求",
        )
        drafting.make_template(
            province,
            by=by,
            name="请示",
            kind="request",
            title="关于……的请示",
            body="因……需要，拟……。\n妥否，请批复。",
        )


def _draft(province: Union, kind: str, title: str, body: str, **texts: str) -> Outgoing:
    return drafting.draft(
        province, by=acting("anhui-jingban"), kind=kind, title=title, body=body, **texts
    )


def _submit(document: Outgoing, *others: str) -> Outgoing:
    return chain.submit(
        document,
        by=acting("anhui-jingban"),
        reviewer=_user("anhui-hegao").pk,
        signer=_user("anhui-shenpi").pk,
        countersigners=[_user(name).pk for name in others],
    )


def _sign(document: Outgoing) -> Outgoing:
    reviewed = chain.review(document, by=acting("anhui-hegao"), text="文字已核。")
    for name in ("anhui-zuzhi", "anhui-quanyi"):
        if reviewed.countersigns.filter(user=_user(name)).exists():
            reviewed = chain.countersign(reviewed, by=acting(name), text="同意。")
    return chain.sign(reviewed, by=acting("anhui-shenpi"), text="同意印发。")


def _issued(province: Union) -> None:
    handler = acting("anhui-jingban")
    with living_on(days_ago(30), 9):
        old = _draft(province, "notice", "关于开展安全隐患排查的通知", SAFETY, to="各产业工会")
        old = issuing.seal(_sign(_submit(old)), by=handler, copies=20)
        old = issuing.distribute(old, by=handler, unions=[union_named(cast.HEFEI)])
    with living_on(days_ago(28), 15):
        _receive(old, cast.HEFEI, "hefei-shizong")
    with living_on(days_ago(20), 10):
        filing.file_outgoing(old, by=handler, retention="D10", category="BGS")
    with living_on(days_ago(9), 9):
        document = _draft(
            province,
            "notice",
            "关于做好岁末年初送温暖工作的通知",
            SEASON.replace("五个工作日内报送", "十日内报送"),
            to="各市总工会，各省产业工会，各县（市、区）总工会",
            copies="全总权益保障部",
            attachments="送温暖资金发放统计表",
        )
        document = _submit(document, "anhui-zuzhi", "anhui-quanyi")
    with living_on(days_ago(8), 10):
        drafting.edit(
            document, by=acting("anhui-hegao"), body=SEASON, remark="报送期限按工作日计算"
        )
        document = _sign(document)
        document = issuing.seal(document, by=handler, copies=120)
        document = issuing.distribute(document, by=handler, group="below")
        document = exchanging.send_up(document, by=handler)
    with living_on(days_ago(7), 11):
        _receive(document, cast.HEFEI, "hefei-shizong")
        _receive(document, cast.JINGHU, "jinghu-quzong")


def _receive(document: Outgoing, union: str, username: str) -> None:
    rows = Delivery.objects.unscoped(DEMO)
    delivery = rows.get(document=document, union=union_named(union))
    actor: Actor = acting(username)
    issuing.read(delivery, by=actor)
    issuing.receive(delivery, by=actor)


def _voided(province: Union) -> None:
    with living_on(days_ago(6), 9):
        document = _sign(
            _submit(_draft(province, "letter", "关于商请开展托管摸底的函", LETTER, to="省教育厅"))
        )
        chain.void(document, by=acting("anhui-shenpi"), reason="收文单位名称有误，重新发函")
    with living_on(days_ago(5), 9):
        _sign(
            _submit(
                _draft(province, "letter", "关于商请共同开展托管摸底的函", LETTER, to="省教育厅")
            )
        )


def _under_way(province: Union) -> None:
    to = "各市、县（市、区）总工会"
    with living_on(days_ago(2), 9):
        signing = _submit(
            _draft(province, "notice", "关于举办办公室业务培训班的通知", TRAINING, to=to)
        )
        chain.review(signing, by=acting("anhui-hegao"), text="可以印发。")
    with living_on(days_ago(1), 9):
        waiting = _submit(
            _draft(
                province,
                "opinion",
                "关于加强职工书屋建设的意见",
                "一、总体要求\n坚持共建共享，方便职工就近阅读。\n二、主要任务\n分级建设，动态管理。",
                to=to,
            ),
            "anhui-zuzhi",
            "anhui-quanyi",
        )
        waiting = chain.review(waiting, by=acting("anhui-hegao"))
        chain.countersign(waiting, by=acting("anhui-zuzhi"), text="同意。")
        _submit(
            _draft(
                province,
                "circular",
                "关于公文处理情况的通报",
                "上半年，各级工会公文处理总体规范，个别单位签收不及时。",
                to=to,
            )
        )
        returned = _submit(
            _draft(
                province,
                "request",
                "关于申请培训经费的请示",
                "因培训需要，拟申请专项经费。\n妥否，请批复。",
                to="中华全国总工会",
            )
        )
        chain.send_back(
            returned, by=acting("anhui-hegao"), to="draft", reason="请补充经费测算依据。"
        )
    _draft(province, "report", "关于实名制普查工作的报告", "普查工作进展情况如下。")


def _incoming(province: Union) -> None:
    clerk, leader = acting("anhui-jingban"), acting("anhui-shenpi")
    organ = "中华全国总工会办公厅"
    with living_on(days_ago(12), 9):
        done = incoming.register(
            province,
            by=clerk,
            organ=organ,
            number="总工办发〔2026〕31号",
            title="关于做好职工阅读活动的通知",
        )
        done = incoming.propose(done, by=clerk, text="请海燕同志阅示。", leader=leader.user_id)
        done = incoming.instruct(
            done, by=leader, text="请组织部落实。", handler=_user("anhui-zuzhi").pk
        )
        incoming.circulate(done, by=clerk, users=[_user("anhui-hegao").pk])
    with living_on(days_ago(6), 9):
        incoming.finish(done, by=acting("anhui-zuzhi"), result="已转发各市，并纳入年度计划。")
    with living_on(days_ago(15), 9):
        late = incoming.register(
            province,
            by=clerk,
            organ="省应急管理厅",
            number="皖应急〔2026〕88号",
            title="关于联合开展冬季安全生产检查的函",
            urgency="加急",
        )
        late = incoming.propose(late, by=clerk, text="建议权益保障部承办。", leader=leader.user_id)
        late = incoming.instruct(
            late, by=leader, text="同意拟办意见。", handler=_user("anhui-quanyi").pk
        )
        supervision.supervise(
            late,
            by=leader,
            title="冬季安全生产联合检查方案",
            demand="会同省应急管理厅制定方案，明确各市任务。",
            handler=_user("anhui-quanyi").pk,
            due_on=add_workdays(timezone.localdate(), 5),
        )
    with living_on(days_ago(1), 15):
        incoming.register(
            province,
            by=clerk,
            organ=organ,
            number="总工办发〔2026〕35号",
            title="关于报送年度工作要点的通知",
        )


def _meeting(province: Union) -> None:
    clerk, leader = acting("anhui-jingban"), acting("anhui-shenpi")
    with living_on(days_ago(10), 16):
        meeting = supervision.record_meeting(
            province,
            by=clerk,
            title="省总工会主席办公会",
            held_on=timezone.localdate(),
            chair="汪海燕",
            agenda="研究岁末年初送温暖工作；听取公文处理情况汇报。",
            place="省总工会五楼会议室",
            present="汪海燕、程立新、班俊杰、宣丽华",
            decisions=DECISIONS,
        )
        supervision.draft_minutes(meeting, by=clerk)
        task = supervision.supervise_meeting(
            meeting,
            by=leader,
            title="全省工会公文处理情况检查",
            demand="月底前完成检查并通报。",
            handler=_user("anhui-hegao").pk,
            due_on=timezone.localdate() + timedelta(days=25),
        )
    with living_on(days_ago(3), 11):
        supervision.progress(task, by=acting("anhui-hegao"), text="已收到十二个市的自查报告。")
        supervision.urge(task, by=leader, text="请加快进度。")
    with living_on(days_ago(14), 9):
        closed = supervision.open_task(
            province,
            by=leader,
            title="值班值守安排",
            demand="排定节假日值班表。",
            handler=_user("anhui-zuzhi").pk,
            days=5,
        )
        proof = SimpleUploadedFile("值班表.png", _dot())
        closed = supervision.report(
            closed, by=acting("anhui-zuzhi"), result="值班表已印发。", evidence=proof
        )
        supervision.close(closed, by=leader, text="同意销号。")


def _dot() -> bytes:
    """A small white picture."""
    import io

    from PIL import Image

    made = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(made, "PNG")
    return made.getvalue()
