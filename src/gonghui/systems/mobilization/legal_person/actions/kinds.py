"""What the to-dos of C1.2 are called."""

from gonghui.kernel.notify.kinds import register_kind
from gonghui.systems.mobilization.legal_person.actions.telling import TITLES

for _code, _title in TITLES.items():
    register_kind(_code, _title)
