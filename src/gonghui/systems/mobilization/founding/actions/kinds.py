"""What the to-dos of founding and elections are called."""

from gonghui.kernel.notify.kinds import register_kind
from gonghui.systems.mobilization.founding.actions import accounts, elections, matters, preparations

for _code, _title in (
    (preparations.DECIDE, "建会申请待批复"),
    (preparations.MEND, "建会申请待补正"),
    (preparations.CONGRESS, "筹备建会"),
    (elections.DECIDE, "选举结果待批复"),
    (elections.MEND, "选举结果待补正"),
    (elections.HOLD, "组织选举"),
    (accounts.ACCOUNT, "新任主席账号待开通"),
    (matters.DECIDE, "延期和撤并待批复"),
    (matters.MEND, "延期和撤并待补正"),
):
    register_kind(_code, _title)
