"""What the to-dos of B5.0 are called."""

from gonghui.kernel.notify.kinds import register_kind
from gonghui.systems.office.circulation.actions import (
    chain,
    dispatching,
    exchanging,
    incoming,
    supervision,
)

register_kind(chain.SEALING, "公文待用印分发")
register_kind(dispatching.RECEIPT, "来文待签收")
register_kind(exchanging.DECLINED, "报送全总被退回")
register_kind(incoming.PROPOSE, "收文待拟办")
register_kind(incoming.DECIDE, "收文待批示")
register_kind(incoming.ACT, "收文待承办")
register_kind(incoming.READ, "收文待阅")
register_kind(incoming.LATE, "收文逾期")
register_kind(supervision.DO, "督办事项")
register_kind(supervision.CLOSE, "督办待销号")
register_kind(supervision.EXTEND, "督办延期待审批")
register_kind(supervision.LATE, "督办事项逾期")
