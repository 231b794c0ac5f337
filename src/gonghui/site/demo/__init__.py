"""The demo: a province that looks lived in, and accounts to try everything with.

Loading again changes nothing, and a load that was killed goes on where it stopped: each stage is
one transaction and is skipped when what it makes is there. Everything in it is made up.
"""

from __future__ import annotations

from collections.abc import Callable

from gonghui.site.demo.cast import SIGN_INS

__all__ = ["SIGN_INS", "load"]


def load(say: Callable[[str], object] = print) -> None:
    """Fill the database with the demo, or what of it is missing.

    Raises Refusal, and changes nothing, on a database with unions that are not the demo's.
    """
    from gonghui.site.demo.stages import run_all

    run_all(say)
