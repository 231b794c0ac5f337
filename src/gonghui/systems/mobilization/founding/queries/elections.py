"""Reads about elections: who is elected, what is still open."""

from __future__ import annotations

from collections import Counter

from gonghui.systems.mobilization.founding.models import Ballot, Candidate, Election
from gonghui.systems.mobilization.founding.rules.elections import AGAIN, Office


def ballots_of(election: Election) -> list[Ballot]:
    """The ballots with their candidates, in the order they were held."""
    return list(election.ballots.prefetch_related("candidates").order_by("pk"))


def elected_of(election: Election) -> list[Candidate]:
    """Who is elected, by office in the order of the ballots, most votes first."""
    rows = Candidate.objects.filter(ballot__election=election, elected=True)
    return list(rows.select_related("ballot").order_by("ballot__pk", "-votes", "pk"))


def elected_counts(election: Election) -> Counter[str]:
    """How many are elected to each office."""
    return Counter(candidate.ballot.office for candidate in elected_of(election))


def uncounted(election: Election) -> list[Ballot]:
    return [ballot for ballot in ballots_of(election) if not ballot.is_counted]


def unsettled(election: Election) -> list[Ballot]:
    """The last counted ballot of each office that has not filled its seats."""
    last: dict[str, Ballot] = {}
    for ballot in ballots_of(election):
        last[ballot.office] = ballot
    return [ballot for ballot in last.values() if ballot.result in AGAIN]


def committee_size(election: Election) -> int:
    return elected_counts(election)[Office.COMMITTEE]


def chair_of(election: Election) -> str:
    """The name of who was elected chair; empty while nobody is."""
    rows = Candidate.objects.filter(
        ballot__election=election, ballot__office=Office.CHAIR, elected=True
    )
    return str(rows.values_list("name", flat=True).first() or "")
