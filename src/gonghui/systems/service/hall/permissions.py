"""Who may do what in B2. What is a person's own is theirs alone."""

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER, Permission

HAND_IN = Permission("hall.hand_in", "在服务大厅提交申请", public=True)
OWN = Permission("hall.own", "查看和办理本人的事项", own=True)
CHOOSE = Permission("hall.choose", "设置大字版和无障碍模式", open=True)

VIEW_HANDED = Permission(
    "hall-handed.view", "查看大厅受理登记", (HANDLER, APPROVER, VIEWER), own=True
)
COUNTER = Permission("hall-handed.counter", "在窗口为职工受理申请", (HANDLER,))
CONSENT = Permission("hall-handed.consent", "在窗口登记和终止代办授权", (HANDLER,))
EXPORT_HANDED = Permission("hall-handed.export", "导出大厅受理登记", (APPROVER,))

VIEW_PIECES = Permission("hall-pieces.view", "查看大厅内容", (HANDLER, APPROVER, VIEWER))
DRAFT_PIECE = Permission("hall-pieces.draft", "编写大厅内容", (HANDLER,))
PUBLISH_PIECE = Permission("hall-pieces.publish", "发布和撤下大厅内容", (APPROVER,))

VIEW_RATINGS = Permission("hall-ratings.view", "查看服务评价", (HANDLER, APPROVER, VIEWER))
VIEW_SERVICES = Permission("hall-services.view", "查看服务事项清单", (HANDLER, APPROVER, VIEWER))

BOOK = Permission("hall.book", "预约窗口或上门办理", public=True)
OWN_BOOKING = Permission("hall.own_booking", "撤回、补充和申诉本人的预约", own=True)
VIEW_BOOKINGS = Permission("hall-bookings.view", "查看预约", (HANDLER, APPROVER, VIEWER), own=True)
HANDLE_BOOKING = Permission("hall-bookings.handle", "安排预约、登记结果", (HANDLER,))
