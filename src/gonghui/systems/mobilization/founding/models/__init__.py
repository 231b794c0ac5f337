"""Preparations, elections and matters of unions."""

from gonghui.systems.mobilization.founding.models.elections import Ballot, Candidate, Election
from gonghui.systems.mobilization.founding.models.matters import Matter
from gonghui.systems.mobilization.founding.models.preparations import (
    Partner,
    Preparation,
    Recruit,
)

__all__ = ["Ballot", "Candidate", "Election", "Matter", "Partner", "Preparation", "Recruit"]
