"""Language in the demo: articles, two months of questions, corrections, words, public news."""

from __future__ import annotations

import random
from datetime import date, timedelta

from django.utils import timezone

from gonghui.engines.casework.actions import knowledge
from gonghui.engines.language.actions import answering, learning, words
from gonghui.engines.language.models import WordList
from gonghui.engines.language.rules.reading import table
from gonghui.kernel.access.actor import ANONYMOUS
from gonghui.site.demo import cast
from gonghui.site.demo.stage import acting, days_ago, living_on, union_named
from gonghui.systems.foundation.ai.actions import monitoring
from gonghui.systems.foundation.ai.models import FeedSource
from gonghui.systems.foundation.ai.rules.feeds import Piece

SEED = 20261123
QUESTIONS = 90
PLACES = (cast.PROVINCE, cast.HEFEI, cast.SHUSHAN, cast.JINGHU)
ARTICLES = (
    (
        "未签订书面劳动合同的二倍工资",
        "用人单位自用工之日起超过一个月不满一年未与劳动者订立书面劳动合同的，应当向劳动者每月支付二倍的工资。"
        "可以先与单位协商，协商不成的申请劳动争议调解或者仲裁。",
        "《中华人民共和国劳动合同法》第八十二条",
        "没签合同 双倍工资",
    ),
    (
        "单位拖欠工资怎么办",
        "可以向当地劳动保障监察机构投诉，也可以申请劳动争议仲裁；符合条件的可以申请工会法律援助。"
        "请保存考勤、转账、聊天记录等能证明劳动关系和欠薪数额的材料。",
        "《中华人民共和国劳动法》第五十条、《保障农民工工资支付条例》",
        "欠薪 讨薪 工钱 不发工资",
    ),
    (
        "怎样加入工会",
        "企业、机关和社会组织中以工资收入为主要生活来源的劳动者，以及新就业形态劳动者，都可以加入工会。"
        "扫所在工会的二维码或者在职工服务大厅填写入会申请，由基层工会审核。",
        "《中华人民共和国工会法》第三条",
        "入会 骑手 司机",
    ),
    (
        "职工带薪年休假的天数",
        "累计工作满一年不满十年的，年休假五天；满十年不满二十年的，十天；满二十年的，十五天。"
        "国家法定休假日、休息日不计入年休假的假期。",
        "《职工带薪年休假条例》第三条",
        "年假 几天",
    ),
    (
        "工伤认定申请的期限",
        "单位应当自事故伤害发生之日起三十日内提出工伤认定申请。单位未按规定提出的，"
        "职工或者其近亲属、工会组织可以在一年内直接提出。",
        "《工伤保险条例》第十七条",
        "工伤 认定 申报 多久",
    ),
)
NEWS = (
    ("快递行业工会联合会为骑手开通入会直通车", "三百名外卖骑手扫码加入工会，现场领取互助保障。", 3),
    ("多家工会在高温天为户外劳动者送清凉", "工会干部走进工地，为一线职工送去防暑降温物品。", 9),
    (
        "一工地拖欠农民工工资，工会介入后补发",
        "十二名农民工反映被拖欠三个月工资，当地工会协同劳动监察处理。",
        2,
    ),
    ("职工技能大赛落幕，一线职工占七成", "工业机器人、电工、焊工等项目决出名次。", 14),
    ("集体协商要约行动启动", "各级工会围绕工资、工时、女职工权益开展集体协商。", 20),
    (
        "矿山企业安全生产隐患被职工举报后整改",
        "职工通过工会劳动保护监督反映通风问题，企业停产整改。",
        6,
    ),
)


def read_and_answer() -> None:
    """Everything D03 shows, by the people who would do it."""
    province = union_named(cast.PROVINCE)
    handler, rights, chief = (
        acting(name) for name in ("anhui-jingban", "anhui-quanyi", "anhui-shenpi")
    )
    _articles(province, handler, chief)
    _questions()
    _corrections(province, handler, rights, chief)
    _words(province, handler)
    _news(province, handler, chief)


def _articles(province, handler, chief) -> None:
    with living_on(days_ago(70)):
        for title, body, source, keywords in ARTICLES:
            made = knowledge.draft(
                province,
                by=handler,
                title=title,
                body=body,
                source=source,
                keywords=keywords,
                expires_on=timezone.localdate() + timedelta(days=700),
                open_to_workers=True,
            )
            knowledge.submit(made, by=handler)
            knowledge.publish(made, by=chief)


def _questions() -> None:
    """Questions of the set nothing learned from, more of them lately and about wages."""
    order = random.Random(SEED)
    rows = [row for row in table("unseen.csv") if row["label"] != "other"]
    asked = [order.choice(rows)["text"] for _ in range(QUESTIONS)]
    asked += [article[0] for article in ARTICLES] * 4
    asked += [row["text"] for row in rows if row["label"] == "pay"] * 2
    order.shuffle(asked)
    for place, text in enumerate(asked):
        ago = round(60 * (1 - place / len(asked)) ** 1.6)
        day: date = days_ago(max(1, ago))
        with living_on(day, order.randrange(7, 23), order.randrange(60)):
            answering.ask(
                text,
                union=union_named(order.choice(PLACES)),
                by=ANONYMOUS,
                channel=order.choice(("web", "web", "wechat", "sms")),
            )


def _corrections(province, handler, rights, chief) -> None:
    lines = (
        ("智慧工地闸机老是吞卡，进不了门就算旷工", "hours", "主要说考勤"),
        ("送货的每单抽成从三成涨到四成", "pay", "抽成就是报酬"),
        ("店关了，老板说工龄不作数", "dismissal", "问的是补偿"),
        ("在吗，有个事想问", "other", ""),
    )
    with living_on(days_ago(12)):
        made = [
            learning.correct(province, by=by, text=text, label=label, reason=reason)
            for by, (text, label, reason) in zip((handler, rights) * 2, lines, strict=True)
        ]
    with living_on(days_ago(10)):
        learning.accept(made[0], by=chief)
        learning.accept(made[1], by=chief)
        learning.reject(made[3], by=chief, opinion="没有内容，不宜学习")


def _words(province, handler) -> None:
    with living_on(days_ago(30)):
        words.add(
            province,
            by=handler,
            wordlist=WordList.SENSITIVE,
            text="工会内部名额",
            kind="fraud",
            level="block",
            note="冒充工会收费办疗休养",
        )
        words.add_many(
            province,
            by=handler,
            wordlist=WordList.UNION,
            lines=["江淮工匠学院,技能培训", "骑手之家,疗休养和普惠", "皖工惠积分,疗休养和普惠"],
        )


def _news(province, handler, chief) -> None:
    with living_on(days_ago(40)):
        source = monitoring.add_source(
            province,
            by=handler,
            title="示例新闻订阅",
            address="https://news.example.org/union.xml",
            why="了解与工会有关的公开报道",
        )
        monitoring.add_rule(
            province,
            by=handler,
            title="欠薪报道",
            any_words=["欠薪", "拖欠", "讨薪"],
        )
        monitoring.start(source, by=chief)
    now = timezone.now()
    for number, (title, summary, ago) in enumerate(NEWS, 1):
        link = f"https://news.example.org/{number}"
        monitoring.take(source, Piece(title, link, summary, now - timedelta(days=ago)))
    # The address is an example: nothing is read from it.
    FeedSource.objects.unscoped("the demo's source is not called").filter(pk=source.pk).update(
        next_at=None, read_at=now, brought=len(NEWS)
    )
