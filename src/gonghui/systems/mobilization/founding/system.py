"""C1.1 全省工会基层组织和会员管理系统: founding unions and their elections."""

from gonghui.kernel.resource.declaration import System
from gonghui.systems.mobilization.founding.queries import law  # noqa: F401

SYSTEM = System(
    code="C1.1",
    name="全省工会基层组织和会员管理系统",
    part="建会和选举",
    owner="基层工作部（牵头）、权益保障部",
    chapter="动员组织",
    functions={},
)
