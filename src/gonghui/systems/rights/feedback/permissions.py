"""Who may do what in C4.5: every permission of the system, with the roles that hold it."""

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER, Permission

# 12351 来件
VIEW = Permission("hotline.view", "查看 12351 来件", (HANDLER, APPROVER, VIEWER))
REGISTER = Permission("hotline.register", "接听和登记 12351 来件", (HANDLER,))
HANDLE = Permission("hotline.handle", "办理 12351 来件", (HANDLER,))
APPROVE = Permission("hotline.approve", "审核 12351 答复和延期", (APPROVER,))
SUPERVISE = Permission("hotline.supervise", "催办、督办和质检 12351 来件", (APPROVER,))
REVEAL = Permission("hotline.reveal", "查看 12351 来件人身份", (HANDLER, APPROVER))
SUBMIT = Permission("hotline.submit", "提出意见和投诉", public=True)
OWN = Permission("hotline.own", "查看本人的来件", own=True)
EXPORT = Permission("hotline.export", "导出 12351 来件", (APPROVER,))

# 信访
VIEW_PETITIONS = Permission("petitions.view", "查看信访事项", (HANDLER, APPROVER, VIEWER))
REGISTER_PETITION = Permission("petitions.register", "登记信访事项", (HANDLER,))
HANDLE_PETITION = Permission("petitions.handle", "办理信访事项", (HANDLER,))
APPROVE_PETITION = Permission("petitions.approve", "审核信访答复和延期", (APPROVER,))
SUPERVISE_PETITION = Permission("petitions.supervise", "督办和质检信访事项", (APPROVER,))
REVEAL_PETITION = Permission("petitions.reveal", "查看信访人身份", (HANDLER, APPROVER))
SUBMIT_PETITION = Permission("petitions.submit", "提出信访事项", public=True)
OWN_PETITION = Permission("petitions.own", "查看本人的信访事项", own=True)
EXPORT_PETITION = Permission("petitions.export", "导出信访事项", (APPROVER,))
DECIDE_APPEAL = Permission("petitions.decide", "办理复查和复核", (APPROVER,))
ASK_APPEAL = Permission("petitions.appeal", "申请复查和复核", public=True)

# 话务
VIEW_CALLS = Permission("calls.view", "查看通话记录", (HANDLER, APPROVER, VIEWER))
ANSWER_CALLS = Permission("calls.answer", "接听热线", (HANDLER,))
MANAGE_SHIFTS = Permission("calls.shifts", "排班、编写话术和导入话单", (APPROVER,))

# 意见征求、问卷
VIEW_CONSULTATIONS = Permission("consultations.view", "查看意见征求", (HANDLER, APPROVER, VIEWER))
EDIT_CONSULTATIONS = Permission("consultations.edit", "起草意见征求和归纳意见", (HANDLER,))
PUBLISH_CONSULTATIONS = Permission("consultations.publish", "发布意见征求和采纳情况", (APPROVER,))
GIVE_OPINION = Permission("consultations.opine", "对征求意见稿提出意见", public=True)
VIEW_SURVEYS = Permission("surveys.view", "查看问卷", (HANDLER, APPROVER, VIEWER))
EDIT_SURVEYS = Permission("surveys.edit", "编写问卷", (HANDLER,))
PUBLISH_SURVEYS = Permission("surveys.publish", "发布和结束问卷", (APPROVER,))
ANSWER_SURVEY = Permission("surveys.answer", "填写问卷", open=True)
EXPORT_SURVEY = Permission("surveys.export", "导出问卷结果", (APPROVER,))

# 智能问答
ASK = Permission("answers.ask", "智能问答", public=True)
VIEW_ASKED = Permission("answers.view", "查看问答记录", (HANDLER, APPROVER, VIEWER))
