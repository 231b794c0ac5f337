"""Links to carriers, what is handled in the background, and the rounds of the clock."""

from gonghui.systems.media.short_messages.jobs import incoming, links, rounds

__all__ = ["incoming", "links", "rounds"]
