"""Templates with variables and the signature before every message (模板、签名)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gonghui.kernel.base.errors import Refusal

VARIABLE = re.compile(r"\{([^{}\n]{1,20})\}")
SIGNATURE = re.compile(r"[\u4e00-\u9fffA-Za-z0-9（）()·]{2,20}")
SIGN_RULE = "短信端口实名制要求：每条短信以发送单位的签名开头"
LONGEST_VALUE = 60
OPT_OUT_WORDS = "回T退订"


def variables(body: str) -> list[str]:
    """The names in braces, each once, in the order they stand."""
    return list(dict.fromkeys(name.strip() for name in VARIABLE.findall(body)))


def check_body(body: str) -> str:
    """A template's text; Refusal for empty ones, stray braces and signatures typed by hand."""
    body = body.strip()
    if not body:
        raise Refusal("请写短信内容。", field="body", code="empty")
    rest = VARIABLE.sub("", body)
    if "{" in rest or "}" in rest:
        raise Refusal(
            "花括号没有成对，或变量名过长。",
            remedy="变量写成 {姓名} 的样子，名称不超过 20 个字。",
            field="body",
            code="braces",
        )
    if body.startswith("【"):
        raise Refusal(
            "内容里不用写签名，发送时自动加在最前面。",
            rule=SIGN_RULE,
            field="body",
            code="signature_twice",
        )
    return body


def check_signature(text: str) -> str:
    """A signature without its brackets; Refusal unless it is 2 to 20 plain characters."""
    text = text.strip().strip("【】[]").strip()
    if not SIGNATURE.fullmatch(text):
        raise Refusal(
            "签名应为 2 至 20 个汉字、字母或数字。",
            rule=SIGN_RULE,
            remedy="请写单位的全称或规范简称。",
            field="text",
            code="signature",
        )
    return text


def fill(body: str, values: Mapping[str, str]) -> str:
    """The text with its variables filled in; Refusal names the first that has no value."""

    def value(match: re.Match[str]) -> str:
        name = match[1].strip()
        found = str(values.get(name, "")).strip()
        if not found:
            raise Refusal(
                f"变量“{name}”没有值。", remedy="请补齐后再发送。", field="body", code="no_value"
            )
        # What is filled in comes from records people type: no line breaks, no second signature.
        found = re.sub(r"[\r\n\t【】]+", " ", found)
        return found[:LONGEST_VALUE]

    return VARIABLE.sub(value, body)


def signed(signature: str, text: str, *, refusable: bool) -> str:
    """What leaves: signature, text and, where it may be refused, how to."""
    tail = "" if not refusable or OPT_OUT_WORDS in text else OPT_OUT_WORDS
    return f"【{signature}】{text}{tail}"
