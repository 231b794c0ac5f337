"""Taking persons out of a text before it leaves the platform (去标识化).

Whatever could tell who somebody is becomes a word in brackets; the employer's name and the place
stay, for they are what the text is about. Masks more rather than less.
"""

from __future__ import annotations

import re

from gonghui.kernel.base.names import split_surname

PATTERNS = (
    ("【邮箱】", re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")),
    ("【网址】", re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)),
    (
        "【证件号】",
        re.compile(r"(?<!\d)\d{6}[\s-]?(?:19|20)\d{2}[\s-]?\d{4}[\s-]?\d{3}[\dXx](?!\d)"),
    ),
    ("【证件号】", re.compile(r"(?<!\d)\d{15}(?!\d)")),
    ("【银行卡】", re.compile(r"(?<!\d)\d{4}(?:[\s-]?\d{4}){2,3}(?:[\s-]?\d{1,4})?(?!\d)")),
    ("【电话】", re.compile(r"(?<!\d)(?:\+?86[\s-]?)?1[\s.·-]?[3-9](?:[\s.·-]?\d){9}(?!\d)")),
    ("【电话】", re.compile(r"[一幺壹][三四五六七八九][零〇一二三四五六七八九幺]{9}")),
    ("【电话】", re.compile(r"(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)")),
    ("【车牌】", re.compile(r"[\u4e00-\u9fff][A-Z][·.\s-]?[A-Z0-9]{5,6}(?![A-Z0-9])")),
    ("【账号】", re.compile(r"(?:微信|QQ|qq|抖音|支付宝)号?[:：是为]?\s*[A-Za-z0-9_-]{5,20}")),
    ("【号码】", re.compile(r"(?<![\d.])\d{7,}(?![\d.])")),
)
SAID = re.compile(
    r"((?:我|本人|他|她|老公|老婆|丈夫|妻子|父亲|母亲|儿子|女儿|工友|同事|联系人|姓名|申请人|投诉人|"
    r"反映人|代表|收款人|户名)(?:的名字)?(?:名)?(?:叫做|叫|是|为|[:：])\s*)"
    r"([\u4e00-\u9fff]{2,4}?)(?=[^\u4e00-\u9fff]|[的在]|今年|身份|电话|手机|$)"
)
TITLED = re.compile(
    r"先生|女士|小姐|师傅|经理|主任|科长|处长|厂长|主席|老师|律师|队长|班长|组长|总(?=[，。、说让要叫拖欠不])"
)
COMMON = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "储洪盛疏查鲍笪芮卞"
)
"""Surnames common in Anhui; rarer ones are found where somebody says a name."""
NUMERALS = "零〇一二三四五六七八九十百"
ADDRESS = re.compile(
    r"(?:[\u4e00-\u9fff0-9]{1,12}(?:小区|花园|家园|公寓|新村|苑))?"
    rf"[0-9{NUMERALS}A-Z]{{1,4}}(?:栋|幢|号楼|单元|室)[0-9A-Z{NUMERALS}单元室栋层号-]*"
)


def masked(text: str) -> str:
    """The text without what identifies a person."""
    for word, pattern in PATTERNS:
        text = pattern.sub(word, text)
    text = SAID.sub(lambda match: f"{match[1]}【姓名】" if _is_name(match[2]) else match[0], text)
    text = _untitled(text)
    return ADDRESS.sub("【住址】", text)


def identifies(text: str) -> bool:
    """Whether a text still holds what masked() would take out."""
    return masked(text) != text


def _is_name(word: str) -> bool:
    surname, given = split_surname(word)
    return bool(surname and given)


def _untitled(text: str) -> str:
    """王经理 and 王小明师傅 without the name."""
    made, done = [], 0
    for match in TITLED.finditer(text):
        start = match.start()
        for size in (3, 2, 1):
            name = text[max(done, start - size) : start]
            if len(name) == size and name[0] in COMMON and re.fullmatch(r"[\u4e00-\u9fff]+", name):
                made += [text[done : start - size], "【姓名】"]
                done = start
                break
    return "".join([*made, text[done:]])
