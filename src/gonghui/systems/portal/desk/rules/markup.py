"""The little markup a notice may have; everything else stands as it was typed.

Paragraphs by empty lines, lists by lines that begin with "- " or "1. ", **bold**, and links to
pages of this platform: [words](/path/). No address of another host becomes a link, and no tag.
"""

from __future__ import annotations

import re
from html import escape

_BOLD = re.compile(r"\*\*([^*\n]{1,200})\*\*")
_LINK = re.compile(r"\[([^\[\]\n]{1,80})\]\((/[A-Za-z0-9][A-Za-z0-9/_?=&amp;.-]{0,200}|/)\)")
_BULLET = re.compile(r"^\s*[-•·]\s+(.*)$")
_NUMBER = re.compile(r"^\s*\d{1,2}[.、]\s*(.*)$")


def to_html(text: str) -> str:
    """The text as HTML that holds no tag but p, br, ul, ol, li, strong and a."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return "".join(_block(block) for block in blocks if block.strip())


def _block(block: str) -> str:
    found: list[str] = []
    lines: list[str] = []
    kind = "p"
    for line in block.split("\n"):
        match, new = None, "p"
        for pattern, name in ((_BULLET, "ul"), (_NUMBER, "ol")):
            match = match or pattern.match(line)
            if match and match.re is pattern:
                new = name
        if new != kind and lines:
            found.append(_wrapped(kind, lines))
            lines = []
        kind = new
        lines.append(match.group(1) if match else line)
    found.append(_wrapped(kind, lines))
    return "".join(found)


def _wrapped(kind: str, lines: list[str]) -> str:
    if kind == "p":
        return f"<p>{'<br>'.join(_inline(line) for line in lines)}</p>"
    return f"<{kind}>{''.join(f'<li>{_inline(line)}</li>' for line in lines)}</{kind}>"


def _inline(text: str) -> str:
    safe = escape(text.strip())
    safe = _BOLD.sub(r"<strong>\1</strong>", safe)
    return _LINK.sub(r'<a href="\2">\1</a>', safe)
