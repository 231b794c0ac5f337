"""What other packages may call of membership: members, unions, terms, the tree."""

from gonghui.systems.mobilization.membership.actions.receipts import next_receipt
from gonghui.systems.mobilization.membership.actions.registered import write_back
from gonghui.systems.mobilization.membership.actions.settling import seat_officers, settle_profile
from gonghui.systems.mobilization.membership.actions.terms import delay as delay_term
from gonghui.systems.mobilization.membership.actions.terms import enter as enter_term
from gonghui.systems.mobilization.membership.actions.tree import close as close_union
from gonghui.systems.mobilization.membership.actions.tree import found as found_union
from gonghui.systems.mobilization.membership.actions.tree import merge as merge_union
from gonghui.systems.mobilization.membership.actions.tree import move as move_union
from gonghui.systems.mobilization.membership.actions.unions import telephone
from gonghui.systems.mobilization.membership.queries.deciding import seat_of
from gonghui.systems.mobilization.membership.queries.own import own_membership
from gonghui.systems.mobilization.membership.queries.registered import chairs_of, recorded_facts
from gonghui.systems.mobilization.membership.queries.terms import last_term, open_term
from gonghui.systems.mobilization.membership.queries.tree import members_in
from gonghui.systems.mobilization.membership.queries.unions import profile_of, recipients
from gonghui.systems.mobilization.membership.resources.joining import JOINS
from gonghui.systems.mobilization.membership.resources.members import MEMBERS
from gonghui.systems.mobilization.membership.resources.merging import DUPLICATES

__all__ = [
    "DUPLICATES",
    "JOINS",
    "MEMBERS",
    "chairs_of",
    "close_union",
    "delay_term",
    "enter_term",
    "found_union",
    "last_term",
    "members_in",
    "merge_union",
    "move_union",
    "next_receipt",
    "open_term",
    "own_membership",
    "profile_of",
    "recipients",
    "recorded_facts",
    "seat_of",
    "seat_officers",
    "settle_profile",
    "telephone",
    "write_back",
]
