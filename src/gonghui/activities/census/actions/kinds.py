"""What the to-dos of A01 are called."""

from gonghui.activities.census.actions import campaign, wishes
from gonghui.kernel.notify.kinds import register_kind

register_kind(wishes.ANSWER, "心愿待答复")
register_kind(wishes.LATE, "心愿逾期督办")
register_kind(campaign.SPLITTING, "普查任务待分解")
register_kind(campaign.URGING, "普查催办")
