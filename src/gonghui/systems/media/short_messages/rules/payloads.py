"""Kinds of payload (消息形式): text, and the older ones of the 2017 plan with their sizes.

Sizes: SMS see segments. MMS: OMA-TS-MMS-CONF 1.3, content class Image Basic (100 KB) to Video Rich
(600 KB); Chinese carriers took 300 KB. WAP push service indication: WAP-167, one or a few parts of
140 octets. J2ME: JSR-205 and common handsets of its day, 300 KB with a JAD of 2 KB. BREW: 300 KB.
Only texts still reach today's phones; the others go to a gateway and count as one each.
"""

from __future__ import annotations

from dataclasses import dataclass

from gonghui.kernel.base.errors import Refusal

SMS, MMS, WAP, J2ME, BREW = "sms", "mms", "wap", "j2me", "brew"
KIB = 1024


@dataclass(frozen=True)
class Payload:
    """A form a message can have. most: bytes of all its files together; types: what they may be.

    text: units of its text; link: whether an address is part of it.
    """

    code: str
    title: str
    most: int
    types: tuple[str, ...]
    text: int
    files: int
    link: bool = False
    help: str = ""


PAYLOADS = {
    item.code: item
    for item in (
        Payload(SMS, "短信", 0, (), 670, 0, help="普通文字，按条计费"),
        Payload(
            MMS,
            "彩信",
            300 * KIB,
            ("image/jpeg", "image/png", "image/gif", "audio/amr", "text/plain"),
            1000,
            10,
            help="文字、图片和声音，合计不超过 300 KB",
        ),
        Payload(WAP, "WAP 推送", 0, (), 60, 0, link=True, help="一行标题和一个网址"),
        Payload(
            J2ME,
            "J2ME 应用",
            300 * KIB,
            ("application/java-archive", "text/vnd.sun.j2me.app-descriptor"),
            60,
            2,
            link=True,
            help="JAR 和 JAD，合计不超过 300 KB，JAD 不超过 2 KB",
        ),
        Payload(
            BREW,
            "BREW 应用",
            300 * KIB,
            ("application/octet-stream",),
            60,
            1,
            link=True,
            help="一个安装包，不超过 300 KB",
        ),
    )
}
CHOICES = [(item.code, item.title) for item in PAYLOADS.values()]
OLD = "早期手机的消息形式，经模拟的网关发出；真实通道须由运营商开通"
DESCRIPTOR_MOST = 2 * KIB
RULE = "OMA-TS-MMS-CONF 1.3、WAP-167、JSR-205 的大小限制"
ADDRESS_MOST = 120


@dataclass(frozen=True)
class Item:
    """A file of a message: its type and size in bytes."""

    type: str
    size: int


def check(code: str, text: str, items: list[Item], link: str = "") -> Payload:
    """The payload if the content fits it; Refusal says which limit it breaks."""
    kind = PAYLOADS.get(code)
    if kind is None:
        raise Refusal("没有这种消息形式。", field="payload", code="payload")
    if len(text) > kind.text:
        raise _too_much(f"{kind.title}的文字最多 {kind.text} 字。", "text")
    if len(items) > kind.files:
        raise _too_much(
            f"{kind.title}最多带 {kind.files} 个文件。"
            if kind.files
            else f"{kind.title}不带文件。",
            "files",
        )
    for item in items:
        if item.type not in kind.types:
            raise _too_much(f"{kind.title}不能带 {item.type} 文件。", "files")
        if item.type == "text/vnd.sun.j2me.app-descriptor" and item.size > DESCRIPTOR_MOST:
            raise _too_much("JAD 文件不能超过 2 KB。", "files")
    size = sum(item.size for item in items)
    if size > kind.most:
        raise _too_much(
            f"文件合计 {size // KIB} KB，{kind.title}最多 {kind.most // KIB} KB。", "files"
        )
    if kind.link and not link:
        raise Refusal(f"{kind.title}需要网址。", rule=RULE, field="link", code="link")
    if link and not kind.link:
        raise Refusal(f"{kind.title}不带网址。", rule=RULE, field="link", code="link")
    if link and not (link.startswith(("http://", "https://")) and len(link) <= ADDRESS_MOST):
        raise Refusal(
            f"网址以 http 开头，不超过 {ADDRESS_MOST} 个字符。",
            rule=RULE,
            field="link",
            code="link",
        )
    return kind


def _too_much(message: str, field: str) -> Refusal:
    return Refusal(message, rule=RULE, remedy="请缩减后再发送。", field=field, code="too_large")


def octets(text: str, link: str) -> bytes:
    """A WAP service indication as WBXML (WAP-167 with its public identifier 5), text and address.

    The push's own headers are the gateway's affair.
    """
    head = b"\x02\x05\x6a\x00\x45\xc6"
    place = b"\x0b\x03" + link.encode("utf-8") + b"\x00"
    words = b"\x01\x03" + text.encode("utf-8") + b"\x00"
    return head + place + words + b"\x01\x01"
