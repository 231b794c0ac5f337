"""Who may do what in B5.0: every permission of the system, with the roles that hold it."""

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER, Permission

# Outgoing
VIEW_OUTGOING = Permission("outgoing.view", "查看发文", (HANDLER, APPROVER, VIEWER))
DRAFT = Permission("outgoing.draft", "起草和修改公文", (HANDLER, APPROVER))
TAKE_PART = Permission("outgoing.take-part", "核稿和会签", (HANDLER, APPROVER))
SIGN = Permission("outgoing.sign", "签发公文", (APPROVER,))
VOID_NUMBER = Permission("outgoing.void", "作废发文字号", (APPROVER,))
SEAL = Permission("outgoing.seal", "用印", (HANDLER, APPROVER))
DISTRIBUTE = Permission("outgoing.distribute", "分发、催收和撤回公文", (HANDLER, APPROVER))
EXPORT_OUTGOING = Permission("outgoing.export", "导出发文", (APPROVER,))

# Register of numbers, templates
VIEW_NUMBERS = Permission("numbers.view", "查看文号登记簿", (HANDLER, APPROVER, VIEWER))
EDIT_SERIES = Permission("numbers.edit", "设置机关代字", (APPROVER,))
VIEW_TEMPLATES = Permission("paper-templates.view", "查看公文模板", (HANDLER, APPROVER, VIEWER))
EDIT_TEMPLATES = Permission("paper-templates.edit", "编写公文模板", (HANDLER, APPROVER))

# Deliveries and incoming
VIEW_DELIVERIES = Permission("deliveries.view", "查看上级来文", (HANDLER, APPROVER, VIEWER))
RECEIVE = Permission("deliveries.receive", "签收上级来文", (HANDLER, APPROVER))
VIEW_EXCHANGES = Permission("exchanges.view", "查看与全总的公文交换", (HANDLER, APPROVER, VIEWER))
VIEW_INCOMING = Permission("incoming.view", "查看收文", (HANDLER, APPROVER, VIEWER))
REGISTER_INCOMING = Permission("incoming.register", "登记收文和拟办", (HANDLER, APPROVER))
INSTRUCT = Permission("incoming.instruct", "批示收文", (APPROVER,))
HANDLE = Permission("incoming.handle", "承办和传阅收文", (HANDLER, APPROVER))
EXPORT_INCOMING = Permission("incoming.export", "导出收文", (APPROVER,))

# Supervision, meetings
VIEW_TASKS = Permission("supervision.view", "查看督办事项", (HANDLER, APPROVER, VIEWER))
SUPERVISE = Permission("supervision.manage", "立项、催办和销号", (APPROVER,))
REPORT_TASK = Permission("supervision.report", "上报督办进展和结果", (HANDLER, APPROVER))
VIEW_MEETINGS = Permission("meetings.view", "查看会议事项", (HANDLER, APPROVER, VIEWER))
EDIT_MEETINGS = Permission("meetings.edit", "登记会议事项", (HANDLER, APPROVER))

# Filing, leaving
VIEW_PIECES = Permission("pieces.view", "查看归档文件", (HANDLER, APPROVER, VIEWER))
FILE_PIECES = Permission("pieces.file", "归档和移交", (HANDLER, APPROVER))
VIEW_HANDOVERS = Permission("handovers.view", "查看工作交接", (HANDLER, APPROVER, VIEWER))
HAND_OVER = Permission("handovers.make", "办理工作交接", (APPROVER,))
