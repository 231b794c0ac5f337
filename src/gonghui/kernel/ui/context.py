"""Context processor of the layouts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gonghui.kernel.ui.shell import MenuGroup, MenuItem, Shell

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["MenuGroup", "MenuItem", "Shell", "shell"]


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Give templates `shell`; lazy, queries nothing by itself, safe for anonymous requests."""
    return {"shell": Shell(request)}
