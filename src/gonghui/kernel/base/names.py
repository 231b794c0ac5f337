"""Names of people (姓名): normal form, checks, surnames, pinyin and n-grams for search.

Characters follow GB 18030-2022: the rare ones of extensions A to I are names like any other.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from gonghui.kernel.base.errors import Refusal

INTERPUNCT = "·"
SHORTEST, LONGEST = 2, 50

# CJK unified ideographs, extension A, compatibility, extensions B-F and I, extensions G-H, and 〇.
_HAN = (
    "\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\u3007"
    "\U00020000-\U0002a6df\U0002a700-\U0002ee5d\U0002f800-\U0002fa1f\U00030000-\U000323af"
)
_INTERPUNCTS = re.compile("[・•‧∙⋅﹒·]")
_DOT_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}])\\.(?=[{_HAN}])")
_ANY_HAN = re.compile(f"[{_HAN}]")
_CHINESE_NAME = re.compile(f"[{_HAN}]+(?:{INTERPUNCT}[{_HAN}]+)*")
_LATIN_NAME = re.compile(r"[^\W\d_]+(?:(?:[ \-]|[.'’] ?)[^\W\d_]+)*\.?")
# Extensions H and I are newer than the interpreter's character tables: \w does not know them.
_UNREAD_PARTS = re.compile(f"[{_HAN}]|(?:(?![{_HAN}])\\w)+")
_UNSEARCHABLE = re.compile(f"[^\\w{_HAN}]|_")
_RULE = "《信息技术 中文编码字符集》（GB 18030-2022）和身份证件所载姓名"

COMPOUND_SURNAMES = frozenset({
    "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人",
    "夏侯", "诸葛", "尉迟", "公羊", "赫连", "澹台", "皇甫", "宗政", "濮阳", "公冶",
    "太叔", "申屠", "公孙", "慕容", "仲孙", "钟离", "长孙", "宇文", "司徒", "鲜于",
    "司空", "闾丘", "子车", "亓官", "司寇", "巫马", "公西", "颛孙", "壤驷", "公良",
    "漆雕", "乐正", "宰父", "谷梁", "拓跋", "夹谷", "轩辕", "令狐", "段干", "百里",
    "呼延", "东郭", "南门", "羊舌", "微生", "梁丘", "左丘", "西门", "第五", "南荣",
    "东里", "仲长", "即墨", "达奚", "褚师", "纳兰", "欧陽", "司馬", "諸葛",
})  # fmt: skip

# Readings of surnames that differ from the character's usual one.
_SURNAME_READINGS = {
    "单": "shan", "仇": "qiu", "解": "xie", "曾": "zeng", "查": "zha", "区": "ou", "朴": "piao",
    "盖": "ge", "召": "shao", "员": "yun", "贠": "yun", "覃": "qin", "乐": "yue", "翟": "zhai",
    "缪": "miao", "折": "she", "黑": "he", "秘": "bi", "洗": "xian", "隗": "wei", "郇": "xun",
    "乜": "nie", "种": "chong", "繁": "po", "句": "gou", "牟": "mu", "重": "chong", "祭": "zhai",
    "能": "nai",
}  # fmt: skip
_COMPOUND_READINGS = {
    "乐正": ["yue", "zheng"],
    "子车": ["zi", "ju"],
    "仲长": ["zhong", "chang"],
}


def normalise(text: str) -> str:
    """Return a name in normal form.

    Half-width, without invisible characters, every kind of interpunct as "·", a full stop
    between Chinese characters too; no blanks in Chinese names, single ones in others.
    """
    name = unicodedata.normalize("NFKC", text)
    name = "".join(c for c in name if unicodedata.category(c) != "Cf")
    name = _INTERPUNCTS.sub(INTERPUNCT, name)
    if _ANY_HAN.search(name):
        name = _DOT_BETWEEN_HAN.sub(INTERPUNCT, "".join(name.split()))
    else:
        name = " ".join(name.split())
    # A mark that stood behind a blank or an invisible sign now stands behind a letter.
    return unicodedata.normalize("NFC", name)


def check_name(text: str) -> str:
    """Return a person's name in normal form.

    Chinese names of 2 to 50 characters with interpuncts between parts, or the Latin names of
    foreign residents with blanks, hyphens, apostrophes and full stops. Raises Refusal with code
    name.length, name.private (a private-use code instead of the rare character) or
    name.characters.
    """
    name = normalise(text)
    if not SHORTEST <= len(name) <= LONGEST:
        raise _refusal(f"姓名应为{SHORTEST}至{LONGEST}个字，现为{len(name)}个字。", "length")
    if any(unicodedata.category(c) in ("Co", "Cn", "Cs") and not _ANY_HAN.match(c) for c in name):
        raise _refusal(
            "姓名中有自造字或未编码的字，其他系统无法识别。",
            "private",
            "请改用该生僻字的国家标准编码（GB 18030-2022）重新录入。",
        )
    if _CHINESE_NAME.fullmatch(name) or _is_latin_name(name):
        return name
    raise _refusal(
        "姓名只能由汉字（各部分之间可用“·”）组成，或者全部由拉丁字母组成；"
        "不能有数字、标点，也不能中外文混写。",
        "characters",
    )


def _is_latin_name(name: str) -> bool:
    return bool(_LATIN_NAME.fullmatch(name)) and all(
        unicodedata.name(c, "").startswith("LATIN ") for c in name if c.isalpha()
    )


def _refusal(message: str, code: str, remedy: str = "请按身份证件上的姓名填写。") -> Refusal:
    return Refusal(message, rule=_RULE, remedy=remedy, field="name", code=f"name.{code}")


def split_surname(name: str) -> tuple[str, str]:
    """Return surname and given name of a Chinese name (姓, 名).

    A name of two characters has a surname of one. Names with an interpunct and Latin names have
    no surname in this sense: the first part is empty. Two surnames side by side (双姓) cannot be
    told from a given name and count as one.
    """
    name = normalise(name)
    if INTERPUNCT in name or not name or not _ANY_HAN.match(name):
        return "", name
    length = 2 if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else 1
    return name[:length], name[length:]


@lru_cache(maxsize=65536)
def _syllables(text: str) -> tuple[str, ...]:
    # Its dictionaries take a second to load; masking, which most processes use, needs none.
    from pypinyin import Style, lazy_pinyin

    read = lazy_pinyin(text, style=Style.NORMAL, errors=_keep_unread)
    return tuple(syllable for part in read for syllable in part.lower().split())


def _keep_unread(text: str) -> str:
    # What has no known reading stands for itself, so that it can still be found: a Chinese
    # character as a syllable of its own, letters and digits together.
    return " ".join(_UNREAD_PARTS.findall(text))


def _person_syllables(name: str) -> tuple[str, ...]:
    surname, given = split_surname(name)
    if not surname:
        return _syllables(given)
    read = _COMPOUND_READINGS.get(surname)
    if read is None and surname in _SURNAME_READINGS:
        read = [_SURNAME_READINGS[surname]]
    # Characters one by one would lose phrase readings, so the given name is read whole.
    return (*(read if read is not None else _syllables(surname)), *_syllables(given))


def pinyin(text: str, *, person: bool = False) -> str:
    """Return the reading without tones, syllables apart: "wang wei gong"; ü is v.

    person: read the surname as a surname (单 shan, 万俟 mo qi). A character without a known
    reading stands for itself; punctuation is dropped.
    """
    text = normalise(text)
    return " ".join(_person_syllables(text) if person else _syllables(text))


def initials(text: str, *, person: bool = False) -> str:
    """Return the first letter of each syllable: "wwg". person as in `pinyin`."""
    text = normalise(text)
    return "".join(s[0] for s in (_person_syllables(text) if person else _syllables(text)))


def name_tail(name: str) -> str:
    """Return a name without its first character, for searches by the end of a name."""
    return normalise(name)[1:]


def _searchable(text: str) -> str:
    return _UNSEARCHABLE.sub("", normalise(text)).lower()


def bigrams(text: str) -> list[str]:
    """Return the distinct pairs of neighbouring characters in order, without punctuation.

    Text of one character gives that character.
    """
    letters = _searchable(text)
    if len(letters) < 2:
        return [letters] if letters else []
    return list(dict.fromkeys(letters[i : i + 2] for i in range(len(letters) - 1)))


def grams(text: str) -> list[str]:
    """Return the distinct characters, then the distinct pairs: the terms of a name index.

    A search of any length from one character up is then the conjunction of its `bigrams`.
    """
    return list(dict.fromkeys([*_searchable(text), *bigrams(text)]))
