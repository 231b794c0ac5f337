"""Every module with verbs, so that a kind declared anywhere has them all."""

from gonghui.engines.casework.actions import (  # noqa: F401
    after,
    clocks,
    collective,
    intake,
    knowledge,
    materials,
    quality,
    replies,
    revealing,
    supervising,
    work,
)
