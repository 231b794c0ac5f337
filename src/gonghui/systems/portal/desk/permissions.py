"""Who may do what in B5.1."""

from gonghui.kernel.access.roles import (
    ADMINISTRATORS,
    APPROVER,
    HANDLER,
    VIEWER,
    Permission,
)

VIEW_NOTICES = Permission("notices.view", "查看公告的拟稿和阅读情况", (HANDLER, APPROVER, VIEWER))
DRAFT_NOTICE = Permission("notices.draft", "拟写公告", (HANDLER,))
PUBLISH_NOTICE = Permission("notices.publish", "发布、撤回和催阅公告", (APPROVER,))
EXPORT_NOTICES = Permission("notices.export", "导出公告", (APPROVER,))
HAND_OVER = Permission("todos.hand_over", "转交待办", (HANDLER, APPROVER, *ADMINISTRATORS))
