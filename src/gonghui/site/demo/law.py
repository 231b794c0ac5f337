"""The law library, answers, typical cases, popularisation, a draft law and consultations."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files

from django.utils import timezone

from gonghui.engines.casework.actions import after, intake, replies, work
from gonghui.engines.casework.models import Intake
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.org.models import Union
from gonghui.site.demo import cast
from gonghui.site.demo.stage import DEMO, acting, days_ago, living_on, union_named
from gonghui.systems.rights.law.actions import legislation, library, own, writing
from gonghui.systems.rights.law.actions.kinds import CONSULTATION
from gonghui.systems.rights.law.models import Comment

ANSWERS = (
    (
        "试用期单位没有签书面合同，可以要二倍工资吗",
        "contract",
        "自用工之日起一个月内应当订立书面劳动合同，试用期包含在合同期限内，不能以试用期为由不签。"
        "超过一个月不满一年没有签的，从满一个月的次日起每月支付二倍的工资，最长十一个月。"
        "请保存入职登记、工资流水、考勤和工作记录，并在一年仲裁时效内主张。",
        [["劳动合同法", 10, 0], ["劳动合同法", 82, 0], ["劳动合同法实施条例", 6, 0]],
    ),
    (
        "春节七天都上班，加班费怎么算",
        "wages",
        "法定休假日上班的，按不低于日或者小时工资的百分之三百支付，不能用补休代替。"
        "调休形成的休息日上班的，先安排补休，不能补休的按百分之二百支付。"
        "法定休假日以《全国年节及纪念日放假办法》为准。",
        [["劳动法", 44, 0]],
    ),
    (
        "合同到期单位不续签，有补偿吗",
        "dismissal",
        "有。除单位维持或者提高原来的条件续订而本人不同意的以外，合同期满终止应当支付经济补偿，"
        "每满一年支付一个月工资，六个月以上不满一年的按一年，不满六个月的支付半个月。",
        [["劳动合同法", 46, 0], ["劳动合同法", 47, 0]],
    ),
    (
        "上下班路上出了交通事故，算工伤吗",
        "injury",
        "在上下班途中受到非本人主要责任的交通事故伤害的，应当认定为工伤。"
        "请先由交警出具事故责任认定，单位应当在三十日内申请工伤认定；单位不申请的，"
        "本人、近亲属或者工会可以在一年内直接申请。",
        [["工伤保险条例", 14, 0], ["工伤保险条例", 17, 0]],
    ),
    (
        "产假有多少天，单位能让提前上班吗",
        "women",
        "国家规定的产假为九十八天，难产、多胞胎另外增加，省里还有延长的假期。"
        "单位不得因怀孕、生育、哺乳降低工资或者解除合同，也不能要求提前结束产假。",
        [["女职工劳动保护特别规定", 5, 0], ["女职工劳动保护特别规定", 7, 0]],
    ),
    (
        "离职一年多了，还能要拖欠的工资吗",
        "dispute",
        "在职期间被拖欠的工资，从离职之日起一年内提出；其间向单位催要、投诉、对方同意支付的，"
        "时效重新计算。催要请留下书面证据。可以用平台的时效计算器算出最后一天并设置提醒。",
        [["劳动争议调解仲裁法", 27, 0]],
    ),
)
CASES = (
    (
        "单位以“自愿放弃”为由不缴社会保险，职工解除合同获得经济补偿",
        "insurance",
        "李某某入职某建筑公司时签了一份自愿放弃社会保险的声明。两年后，李某某以公司没有缴纳"
        "社会保险费为由书面解除劳动合同，要求支付经济补偿。公司认为是职工自己放弃的。",
        "放弃社会保险的声明是否有效；职工以此解除合同能否得到经济补偿。",
        "工会指派律师援助，仲裁委认定缴纳社会保险费是法定义务，声明无效，裁决公司支付两个月工资的经济补偿。",
        "社会保险费依法必须缴纳，不因双方约定而免除；没有缴纳的，职工可以解除合同并要求经济补偿。",
        [["劳动合同法", 38, 0], ["劳动合同法", 46, 0]],
    ),
    (
        "外卖平台站点不认劳动关系，工会帮助骑手确认",
        "dispatch",
        "张某在某站点送餐，按站点排班上线、请假须批准、奖惩按站点规定。受伤后站点称双方是合作关系。",
        "双方是否存在劳动关系。",
        "工会帮助收集排班表、工资流水和管理记录，调解不成后申请仲裁，仲裁委确认存在劳动关系，后续申请了工伤认定。",
        "判断劳动关系看实际的管理和从属程度，不看合同名称；保存排班、考勤、奖惩记录很重要。",
        [["劳动争议调解仲裁法", 2, 0], ["劳动争议调解仲裁法", 6, 0]],
    ),
)
TOPICS = (
    (
        "工资和加班",
        "应得的工资怎样算、怎样要",
        (
            (
                "看懂工资条",
                "工资条上应当写清基本工资、加班工资、津贴、扣款和实发数。\n"
                "扣款要有依据：社会保险费、个人所得税、法院判决的抚养费等可以代扣；"
                "因本人原因造成损失的赔偿，每月扣除不超过当月工资的百分之二十。",
                [["工资支付暂行规定", 16, 0]],
            ),
            (
                "加班要留哪些证据",
                "主张加班工资，先要证明加过班：考勤记录、加班审批、工作群里的安排、交付成果的时间都可以。\n"
                "有证据证明单位掌握考勤而不提供的，由单位承担不利后果。",
                [["劳动争议司法解释（一）", 42, 0]],
            ),
        ),
    ),
    (
        "女职工权益",
        "孕期、产期、哺乳期的特殊保护",
        (
            (
                "三期里单位不能做的事",
                "孕期、产期、哺乳期，单位不得降低工资、辞退或者解除合同；怀孕七个月以上不得安排加班和夜班；"
                "哺乳未满一周岁婴儿的，每天有一小时哺乳时间。",
                [["女职工劳动保护特别规定", 5, 0], ["女职工劳动保护特别规定", 9, 0]],
            ),
        ),
    ),
    (
        "工会怎样帮您",
        "找工会能办什么、怎样办",
        (
            (
                "工会法律援助不收费",
                "农民工追索劳动报酬和工伤待遇，不审查经济状况；其他职工按规定申请。"
                "工会指派律师代写文书、参加调解仲裁和诉讼。",
                [["工会法", 30, 0], ["法律援助法", 42, 0]],
            ),
        ),
    ),
)
BILL = """第一条 为了规范集体协商，构建和谐劳动关系，根据有关法律，制定本条例。
第二条 本省行政区域内的用人单位与职工进行集体协商，适用本条例。
第三条 职工方协商代表由工会选派；没有建立工会的，由上级工会指导职工民主推选。
第四条 一方提出协商要求的，另一方应当在十五日内书面答复。
第五条 新就业形态劳动者较多的行业，行业工会可以与行业组织或者企业代表协商劳动报酬、休息和保险。"""
OLD_BILL = """第一条 为了保障职工休息休假，制定本规定。
第二条 用人单位应当在每年一月公布年休假计划，并听取工会意见。
第三条 因生产经营需要不能安排年休假的，应当征得职工本人书面同意。"""


def serve() -> None:
    """Legal service as it looks after some months."""
    province = union_named(cast.PROVINCE)
    _library(province)
    _writing(province)
    _legislation(province)
    _consultations(province)
    _own()


def _library(province: Union) -> None:
    writer, checker = acting("anhui-quanyi"), acting("anhui-shenpi")
    folder = files("gonghui.systems.rights.law").joinpath("data")
    texts = sorted(
        (item for item in folder.iterdir() if item.name.endswith(".txt")), key=lambda x: x.name
    )
    with living_on(days_ago(150), 9):
        for item in texts:
            edition = library.import_text(province, by=writer, text=item.read_text("utf-8"))
            library.submit(edition, by=writer)
            library.review(edition, by=checker, publish=True, opinion="条号已核。")


def _writing(province: Union) -> None:
    writer, checker, second = acting("anhui-quanyi"), acting("anhui-shenpi"), acting("anhui-hegao")
    with living_on(days_ago(90), 10):
        for question, subject, answer, cites in ANSWERS:
            made = writing.write_answer(
                province, by=writer, question=question, answer=answer, theme=subject, cites=cites
            )
            writing.ANSWERS.submit(made, by=writer)
            writing.ANSWERS.review(made, by=checker, publish=True)
    with living_on(days_ago(60), 10):
        for title, subject, facts, issue, result, lesson, cites in CASES:
            made = writing.write_case(
                province,
                by=writer,
                title=title,
                theme=subject,
                year=timezone.localdate().year - 1,
                facts=facts,
                issue=issue,
                result=result,
                lesson=lesson,
                cites=cites,
            )
            writing.CASES.submit(made, by=writer)
            writing.CASES.review(made, by=second, publish=True, opinion="身份信息已隐去。")
            writing.CASES.review(made, by=checker, publish=True)
        waiting = writing.write_case(
            province,
            by=writer,
            title="休息日加班没有补休，仲裁支持加班工资",
            theme="wages",
            year=timezone.localdate().year,
            facts="王某在望江饭店做服务员，每周只休一天，一年没有补休。",
            result="仲裁委支持休息日加班工资。",
            lesson="休息日加班不能补休的，应当支付百分之二百的工资。",
            cites=[["劳动法", 44, 0]],
        )
        writing.CASES.submit(waiting, by=writer)
    with living_on(days_ago(40), 14):
        for sequence, (title, summary, pieces) in enumerate(TOPICS):
            topic = writing.make_topic(
                province, by=writer, title=title, summary=summary, sequence=sequence
            )
            for name, body, cites in pieces:
                made = writing.write_piece(topic, by=writer, title=name, body=body, cites=cites)
                writing.PIECES.submit(made, by=writer)
                writing.PIECES.review(made, by=checker, publish=True)


def _legislation(province: Union) -> None:
    writer, checker = acting("anhui-quanyi"), acting("anhui-shenpi")
    city, worker = union_named(cast.HEFEI), acting("huiyuan")
    firm = union_named(cast.FIRM)
    today = timezone.localdate()
    with living_on(days_ago(80), 9) as day:
        old = legislation.prepare(
            province,
            by=writer,
            title="职工休息休假规定（征求意见稿）",
            issuer="省人力资源和社会保障厅",
            about="对年休假计划、征求工会意见作出规定，请各级工会和职工提出意见。",
            text=OLD_BILL,
            opens_on=day,
            closes_on=day + timedelta(days=14),
        )
        legislation.open_bill(old, by=writer)
        articles = list(old.articles.all())
        legislation.speak_for_union(
            city,
            by=acting("hefei-shizong"),
            bill=old,
            article=articles[1].pk,
            stance="amend",
            words="用人单位应当在每年一月公布年休假计划，经与工会协商确定。",
            because="听取意见约束力不够，建议改为协商确定。",
        )
        legislation.speak(
            firm,
            by=worker,
            bill=old,
            article=articles[2].pk,
            stance="add",
            because="建议写明不能安排的应当在次年一季度补休或者支付报酬。",
        )
    with living_on(days_ago(60), 9):
        legislation.close_bill(old, by=writer)
        outcomes = [("partly", "改为“听取工会意见并予以公示”。"), ("adopted", "已写入第三条。")]
        rows = Comment.objects.unscoped(DEMO).filter(bill=old).order_by("pk")
        for comment, (state, reason) in zip(rows, outcomes, strict=True):
            legislation.decide(comment, by=checker, state=state, reason=reason)
        legislation.report(
            old, by=checker, feedback="意见已汇总报送起草机关，起草机关采纳或者部分采纳两条。"
        )
    with living_on(days_ago(5), 9) as day:
        bill = legislation.prepare(
            province,
            by=writer,
            title="集体协商条例（修订草案征求意见稿）",
            issuer="省人大社会建设委员会",
            about="修订集体协商条例，增加行业集体协商和新就业形态劳动者的内容。",
            text=BILL,
            opens_on=day,
            closes_on=today + timedelta(days=25),
        )
        legislation.open_bill(bill, by=writer)
        articles = list(bill.articles.all())
        legislation.speak_for_union(
            city,
            by=acting("hefei-shizong"),
            bill=bill,
            article=articles[3].pk,
            stance="amend",
            words="一方提出协商要求的，另一方应当在十日内书面答复。",
            because="缩短答复时间，有利于及时协商。",
        )
        legislation.speak(
            firm,
            by=worker,
            bill=bill,
            article=articles[4].pk,
            stance="agree",
            because="骑手、司机最需要行业协商。",
        )


def _consultations(province: Union) -> None:
    worker, handler, chief = acting("huiyuan"), acting("hefei-shizong"), acting("anhui-shenpi")
    desk = union_named(cast.HEFEI)
    with living_on(days_ago(12), 20):
        asked = intake.submit(
            CONSULTATION,
            desk,
            intake.Said(
                title="年休假没休完，离职时怎么算",
                text="我在公司工作三年多，今年还有三天年休假没有休，想下个月辞职，单位说不休作废。",
                category="leave",
                secrecy="confidential",
                details={"open_to_public": True},
            ),
            by=worker,
        )
    case = asked.case
    with living_on(days_ago(11), 9):
        case = work.accept(case, by=handler, category="leave", title="未休年休假的折算")
        case = work.route(case, by=handler, to=desk)
        case = work.take(case, by=handler)
        replies.draft(
            case,
            by=handler,
            outcome="explained",
            text="离职时没有休完的年休假不作废。按《企业职工带薪年休假实施办法》第十二条，"
            "用当年已工作天数折算应休天数，不足一整天的不算，未休的按日工资百分之三百支付，"
            "其中百分之一百已随正常工资发放，还应补百分之二百。",
        )
        case = replies.submit(case, by=handler)
    with living_on(days_ago(10), 10):
        case = replies.review(case, by=chief, send=True)
    with living_on(days_ago(9), 19), everywhere():
        found = Intake.objects.unscoped(DEMO).get(pk=asked.intake.pk)
        after.rate(found, by=worker, score=5, resolved=True)
    with living_on(days_ago(1), 15):
        intake.submit(
            CONSULTATION,
            desk,
            intake.Said(
                title="被口头辞退怎么办",
                text="经理口头说下周不用来了，没有书面通知，也没有说原因，我应该怎么做？",
                category="dismissal",
                secrecy="anonymous",
            ),
            by=acting("zhigong"),
        )


def _own() -> None:
    worker = acting("huiyuan")
    with living_on(days_ago(20), 20) as day:
        own.add_term(
            None,
            by=worker,
            claim="arbitration",
            title="去年的加班工资",
            began=day - timedelta(days=300),
            remind=[30, 7, 1],
        )
