"""What in a text still tells who somebody is, before a case is published (匿名化检查).

It finds; people decide. Findings that are certain must be written out of the text; likely ones
may stay when a reviewer says why. Source: 《个人信息保护法》第四条、第七十三条 (anonymised means:
nobody can be recognised and it cannot be undone).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

RULE = "《中华人民共和国个人信息保护法》第七十三条第四项"
HIDDEN = re.compile(r"某|×|＊|\*|[甲乙丙丁]|(?<![A-Za-zＡ-Ｚ])([A-Za-zＡ-Ｚ])\1*(?![A-Za-zＡ-Ｚ])")
"""Signs that a name has been written out already: 某公司, 李某某, 甲厂, A 公司, XX 公司."""


class Kind(StrEnum):
    """What was found."""

    IDENTITY = "identity"
    PHONE = "phone"
    ACCOUNT = "account"
    MAIL = "mail"
    CODE = "code"
    PLATE = "plate"
    NUMBER = "number"
    NAME = "name"
    COMPANY = "company"
    ADDRESS = "address"
    BIRTH = "birth"
    KNOWN = "known"


WORDS = {
    Kind.IDENTITY: "身份证件号码",
    Kind.PHONE: "电话号码",
    Kind.ACCOUNT: "银行卡或其他长号码",
    Kind.MAIL: "电子邮箱",
    Kind.CODE: "统一社会信用代码",
    Kind.PLATE: "车牌号码",
    Kind.NUMBER: "案号",
    Kind.NAME: "姓名",
    Kind.COMPANY: "单位名称",
    Kind.ADDRESS: "详细地址",
    Kind.BIRTH: "出生日期",
    Kind.KNOWN: "当事人信息",
}


@dataclass(frozen=True)
class Finding:
    """A place in the text. certain: it must go before the text is published."""

    kind: Kind
    text: str
    start: int
    certain: bool = True

    @property
    def words(self) -> str:
        return f"{WORDS[self.kind]}“{self.text}”"


SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛"
    "奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康"
    "伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵"
    "席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗"
    "丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫"
    "乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄"
    "印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍却璩桑桂濮"
    "牛寿通边扈燕冀浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文"
    "寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红"
    "游竺权逯盖益桓公肖闫付代仝"
)
_HAN = "\u4e00-\u9fff"
_COMPOUND = (
    "欧阳|端木|上官|司马|独孤|南宫|闻人|夏侯|诸葛|尉迟|赫连|澹台|皇甫|宗政|濮阳|申屠|公孙|慕容|钟离|"
    "长孙|宇文|司徒|鲜于|司空|令狐|呼延|拓跋|轩辕"
)
_NAME = f"(?:{_COMPOUND}|[{SURNAMES}])[{_HAN}]{{1,2}}?"
_WORDS = (
    "公司 公益 公室 公正 公开 项目 车间 高级 代理 安全 安排 单位 单独 时任 时间 时候 曾任 "
    "曾经 应聘 应当 应该 应于 应在 应由 应向 应自 应从 应急 能够 能否 能在 解除 解雇 经过 "
    "经济 经办 经营 经常 平均 平时 平等 全部 全体 全员 全程 从事 从业 和被 和原 和第 党委 "
    "党办 党群 居委 居住 管理 相关 相应 家庭 家属 班组 康复 房产 广大 卫生 宣传 查房 申请 "
    "劳动 劳务 成为 成立 支付 支持 计算 计件 明确 明知 严重 方能 方可 终止 终局 国家 通过 "
    "通知 通常 连续 连带 施工 包括 关于 关系 后续 后来 费用 都是 都在 都应 须在 须向 向被 "
    "于是 干部 充分 任职 养老 利益 查明 部门 人事 财务 业务 生产 销售 丁与 丁和 丁在 丁向 "
    "丁因 丁为 丁是 丁的"
)
"""Words of everyday language that begin like a name."""
_ORDINARY = frozenset(_WORDS.split())
_JOINING = "向经和从应于任由与"
_ROLES = (
    "申请人|被申请人|原告|被告|上诉人|被上诉人|第三人|法定代表人|委托代理人|负责人|经营者|"
    "当事人|职工|工人|员工|劳动者|受害人|死者|伤者|姓名|名叫|叫做|女工|农民工|包工头|老板|同事|"
    "丈夫|妻子|其夫|其妻"
)
_AFTER = "先生|女士|师傅|同志|小姐|阿姨|大叔|经理|主任|老师|医生|律师"
_ENDS = "[，。；、：:,.;（）()“”\\s与和在于系向因诉称提到入从是的为被申称说认受]|$"
_NAME_AFTER_ROLE = re.compile(f"(?:{_ROLES})[:：]?\\s*(?P<name>{_NAME})(?={_ENDS})")
_NAME_BEFORE_TITLE = re.compile(f"(?P<name>{_NAME})(?:{_AFTER})")
_NAME_BEFORE_SEX = re.compile(f"(?P<name>{_NAME})(?=[，,、（(]\\s*[男女](?:[，,、。；;）)性]|$))")
_SURE_COMPANY = re.compile(
    f"[{_HAN}（）()A-Za-z0-9]{{2,30}}?(?:有限责任公司|股份有限公司|有限公司|集团公司|合伙企业)"
)
_LIKELY_COMPANY = re.compile(
    f"[{_HAN}]{{2,14}}?(?:公司|工厂|饭店|酒店|超市|商行|经营部|事务所|医院|学校|幼儿园|工程队|商场)"
)
_GENERIC = re.compile(
    "^(?:该|本|其|原|我|此|同一|所在|这家|一家|两家|某家|子|分|总|母|派遣|劳务派遣|物业|保险|建筑|物流|"
    "科技|贸易|外卖|平台|快递|家政|餐饮|保安|电子|机械|用工|用人|施工|承包|分包|总包|新|另一|关联|"
    "有限|股份|上述|双方|前往|到|在|由|与|和|向|被|经|送|为|将|从|去|给|对|的|公立|民营|私立|一所|"
    "协议|定点|三级|乡镇|县级|市级)*(?:公司|工厂|饭店|酒店|超市|商行|经营部|事务所|医院|学校|幼儿园|"
    "工程队|商场)$"
)
_SPOKEN_OF = re.compile(
    "(?:裁决|判决|判令|要求|责令|认为|认定|起诉|申请|通知|主张|请求|督促|因为|由于|但是|如果|双方|有的)"
    "(?:公司|工厂|饭店|酒店|超市|商行|经营部|事务所|医院|学校|幼儿园|工程队|商场)$"
)
_LEADING = re.compile(
    "在|于|到|至|由|与|和|向|被|经|入职|进入|前往|受雇|派往|派遣|就职|任职|供职|来自|离开|称|系|是|为|从|去|把|将"
)
"""What may stand between a person and the name of a firm: 李某某在望江饭店."""
_DWELLING = re.compile("住|于|在|到|至|从|来自|前往")
"""What may stand between a person and an address: 李某某住长江路."""
_WIDE = "０１２３４５６７８９＠．－＋" + "".join(
    map(chr, (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)))
)
_HALF = {ord(sign): ord(sign) - 0xFEE0 for sign in _WIDE}
"""Wide digits and letters as plain ones, so that no number hides in them."""
_BOUND = r"(?<![0-9A-Za-z]){}(?![0-9A-Za-z])"
_IDENTITY = re.compile(_BOUND.format(r"(?:\d{17}|\d{6}[ \-]\d{8}[ \-]\d{3})[0-9Xx]"))
_OLD_IDENTITY = re.compile(_BOUND.format(r"\d{15}"))
_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[ \-]?)?1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[ \-)）]?\d{7,8}(?!\d)")
_ACCOUNT = re.compile(r"(?<!\d)(?:\d{16,19}|\d{4}(?:[ \-]\d{4}){3}(?:[ \-]?\d{1,3})?)(?!\d)")
_MAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_CODE = re.compile(_BOUND.format(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}"))
_PLATE = re.compile(
    "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][A-Z0-9]{5,6}"
)
_NUMBER = re.compile(
    f"[（(〔]\\d{{4}}[）)〕](?!第?\\d+号)[{_HAN}0-9]{{1,20}}?第?\\d+号|"
    "(?<![发函令释政秘办税规电联法通府社])[（(〔]\\d{4}[）)〕]第?\\d+号"
)
"""Numbers of courts, and of arbitration; not those of documents: 人社部发〔2025〕12号."""
_ADDRESS = re.compile(
    f"[{_HAN}]{{2,10}}(?:路|街|巷|大道|小区|花园|新村|村)"
    f"(?:[{_HAN}]{{0,6}}\\d+(?:-\\d+)*|[一二三四五六七八九十百]+)(?:号|栋|幢|室|单元|组)"
)
_BIRTH = re.compile(
    r"\d{4}年\d{1,2}月\d{1,2}日(?:出生|生(?=[，。,.]))|(?:出生于|生于)\d{4}年\d{1,2}月\d{1,2}日"
)


def findings(text: str, known: Iterable[str] = ()) -> list[Finding]:
    """What still tells who somebody is, in the order of the text; nothing stands in two findings.

    known: names, firms and numbers of the real case, which must not occur anywhere.
    """
    text = text.translate(_HALF)
    found: list[Finding] = []
    for words in known:
        wanted = words.strip().translate(_HALF)
        if len(wanted) >= 2:
            found += [
                Finding(Kind.KNOWN, wanted, at.start())
                for at in re.finditer(re.escape(wanted), text)
            ]
    patterns: Sequence[tuple[Kind, re.Pattern[str]]] = (
        (Kind.IDENTITY, _IDENTITY),
        (Kind.CODE, _CODE),
        (Kind.ACCOUNT, _ACCOUNT),
        (Kind.IDENTITY, _OLD_IDENTITY),
        (Kind.PHONE, _MOBILE),
        (Kind.PHONE, _LANDLINE),
        (Kind.MAIL, _MAIL),
        (Kind.PLATE, _PLATE),
        (Kind.NUMBER, _NUMBER),
        (Kind.ADDRESS, _ADDRESS),
        (Kind.BIRTH, _BIRTH),
    )
    for kind, pattern in patterns:
        for at in pattern.finditer(text):
            start, words = at.start(), at.group()
            if kind is Kind.ADDRESS:
                start, words = _after_leading(start, words, _DWELLING)
            if kind in (Kind.ADDRESS, Kind.NUMBER) and HIDDEN.search(words):
                continue
            if kind is Kind.IDENTITY and not _dated(words):
                continue
            found.append(Finding(kind, words, start))
    return _apart([*found, *_named(text)])


def _named(text: str) -> list[Finding]:
    """Firms and people by name."""
    found = []
    for at in _SURE_COMPANY.finditer(text):
        start, name = _after_leading(at.start(), at.group())
        if not HIDDEN.search(name) and not _GENERIC.fullmatch(name):
            certain = start == at.start()
            found.append(Finding(Kind.COMPANY, name, start, certain=certain))
    for at in _LIKELY_COMPANY.finditer(text):
        start, name = _after_leading(at.start(), at.group())
        generic = _GENERIC.match(name) or _SPOKEN_OF.search(name)
        if not generic and not HIDDEN.search(name):
            found.append(Finding(Kind.COMPANY, name, start, certain=False))
    for pattern, certain in (
        (_NAME_BEFORE_TITLE, True),
        (_NAME_AFTER_ROLE, False),
        (_NAME_BEFORE_SEX, False),
    ):
        for at in pattern.finditer(text):
            name = at.group("name")
            # 丁 is a family name too.
            if not HIDDEN.search(name[1:]) and not _ordinary(name):
                found.append(Finding(Kind.NAME, name, at.start("name"), certain=certain))
    return found


def _ordinary(name: str) -> bool:
    """Whether it is a word that only begins like a name: 项目 before 经理, 应当 after 劳动者."""
    words = name.removesuffix("的")
    return words in _ORDINARY or (words[0] in _JOINING and words[1:] in _ORDINARY)


def _after_leading(start: int, words: str, leading: re.Pattern[str] = _LEADING) -> tuple[int, str]:
    """Where the name of a firm or place begins, when who is there is named before it."""
    for at in reversed(list(leading.finditer(words))):
        if HIDDEN.search(words[: at.start()]) and len(words) - at.end() > 2:
            return start + at.end(), words[at.end() :]
    return start, words


def _dated(number: str) -> bool:
    """Whether the digits where an ID number has its birth date are a day."""
    number = re.sub("[ -]", "", number)
    digits = number[6:14] if len(number) == 18 else f"19{number[6:12]}"
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def _apart(found: list[Finding]) -> list[Finding]:
    """Without those that lie in a finding already kept; certain ones are kept first."""
    kept: list[Finding] = []
    for item in sorted(found, key=lambda one: (not one.certain, one.start, -len(one.text))):
        end = item.start + len(item.text)
        if all(end <= one.start or item.start >= one.start + len(one.text) for one in kept):
            kept.append(item)
    return sorted(kept, key=lambda one: one.start)


def blocking(found: Sequence[Finding], allowed: Sequence[str] = ()) -> list[Finding]:
    """Findings that keep a text from being published: certain ones, and likely ones not allowed."""
    return [item for item in found if item.certain or item.text not in allowed]
