"""Message templates and categories: objects in code, so a wrong name fails at import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Category:
    """A kind of message a user can choose to have or not.

    may_mute: False for what a user has to learn of, such as a decision on an own application.
    """

    code: str
    title: str
    may_mute: bool = True


@dataclass(frozen=True)
class Template:
    """The words of a message; title, body and link have {names} filled in from the context."""

    code: str
    title: str
    body: str
    category: Category
    link: str = ""

    def fill(self, context: Mapping[str, Any]) -> Filled:
        """Return the words with the context in them; raises KeyError for a name it lacks."""
        return Filled(
            self,
            self.title.format_map(context),
            self.body.format_map(context),
            self.link.format_map(context),
        )


@dataclass(frozen=True)
class Filled:
    """A template with its names filled in."""

    template: Template
    title: str
    body: str
    link: str
