"""This platform is not for secrets (非涉密): what is marked 秘密 or above is refused.

Source: 《中华人民共和国保守国家秘密法》(2024) articles 31, 33;
《党政机关公文处理工作条例》 article 26.
"""

from __future__ import annotations

import re

from gonghui.kernel.base.errors import Refusal

RULE = (
    "《中华人民共和国保守国家秘密法》：不得在非涉密信息系统中处理、传递国家秘密；"
    "《党政机关公文处理工作条例》第二十六条"
)
REMEDY = "请立即停止在本平台处理，改由机要渠道和涉密信息系统办理，并告知本单位保密工作机构。"
MARK = re.compile(
    r"(?<![一-鿿])(绝\s*密|机\s*密|秘\s*密)\s*(?:[★☆*＊]|(?=\s*(?:$|[\d一二三四五六七八九十]+\s*[年月]|长期)))"
    r"|[（(【\[〔]\s*(绝密|机密|秘密)\s*[）)】\]〕]"
    r"|密\s*级\s*[:：]?\s*(绝密|机密|秘密)",
    re.M,
)


def mark_in(text: str) -> str:
    """The mark of secrecy (密级标志) a text carries, else empty; the mere word 秘密 is none."""
    found = MARK.search(text)
    return found.group(0).strip() if found else ""


def check(**texts: str) -> None:
    """Refuse texts that carry a mark of secrecy; names are those of the form's fields."""
    for name, text in texts.items():
        mark = mark_in(text or "")
        if mark:
            raise Refusal(
                f"内容带有国家秘密标志“{mark}”，本平台是非涉密系统，不能起草、登记或传递。",
                rule=RULE,
                remedy=REMEDY,
                field=name,
                code="classified",
            )
