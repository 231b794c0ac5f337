"""Refusals: errors a user can act on, in Chinese, with the rule they come from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class Refusal(Exception):
    """A request the rules do not allow.

    message: what is refused and why, in Chinese. rule: the rule that says so (title and
    article). remedy: what the user can do. field: the form field or import column concerned.
    code: stable machine name for the API. keeps: what was written before the refusal stays.
    """

    message: str
    rule: str = ""
    remedy: str = ""
    field: str = ""
    code: str = "refused"
    keeps: bool = False
    status = 422

    @property
    def format(self) -> str:
        """The message for an error of a form with params, where a lone percent sign is a place."""
        return self.message.replace("%", "%%")

    def __str__(self) -> str:
        parts = [self.message]
        if self.rule:
            parts.append(f"依据：{self.rule}。")
        if self.remedy:
            parts.append(self.remedy)
        return "".join(parts)


class Forbidden(Refusal):
    """The actor may not do this here; the message says who can grant it."""

    status = 403


class Conflict(Refusal):
    """Somebody else changed the record first."""

    status = 409


class Missing(Refusal):
    """The record does not exist or may not be known to the actor."""

    status = 404
