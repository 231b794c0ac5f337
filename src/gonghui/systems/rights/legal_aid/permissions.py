"""Who may do what in aid, mediation, supervision and the registers of C4.3.

Cases are worked on by handlers and decided by approvers; that the two are not one person is a
rule of the actions. Lawyers work on what was assigned to them (`own`), without a role.
"""

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER, Permission

DESK = (HANDLER, APPROVER)
LOOK = (HANDLER, APPROVER, VIEWER)

# Legal aid (法律援助)
VIEW_AID = Permission("legal-aid.view", "查看法律援助", LOOK)
REGISTER_AID = Permission("legal-aid.register", "登记法律援助申请", (HANDLER,))
HANDLE_AID = Permission("legal-aid.handle", "办理法律援助", DESK)
DECIDE_AID = Permission("legal-aid.decide", "审批法律援助和结案", (APPROVER,))
JUDGE_AID = Permission("legal-aid.judge", "复核不予援助的决定", (APPROVER,))
SUPERVISE_AID = Permission("legal-aid.supervise", "督办法律援助", (APPROVER,))
REVEAL_AID = Permission("legal-aid.reveal", "查看援助申请人身份", DESK)
APPLY_AID = Permission("legal-aid.apply", "申请法律援助", open=True)
OWN_AID = Permission("legal-aid.own", "查看本人的法律援助", own=True)
EXPORT_AID = Permission("legal-aid.export", "导出法律援助", (APPROVER,))
WORK_AID = Permission("legal-aid.work", "承办法律援助案件", (HANDLER,), own=True)
PAY_AID = Permission("legal-aid.pay", "编制办案补贴发放表", (APPROVER,))

# Mediation (劳动争议调解)
VIEW_MEDIATION = Permission("mediation.view", "查看劳动争议调解", LOOK)
REGISTER_MEDIATION = Permission("mediation.register", "登记劳动争议调解申请", (HANDLER,))
HANDLE_MEDIATION = Permission("mediation.handle", "办理劳动争议调解", DESK)
APPROVE_MEDIATION = Permission("mediation.approve", "审批劳动争议调解延期", (APPROVER,))
REVEAL_MEDIATION = Permission("mediation.reveal", "查看调解申请人身份", DESK)
APPLY_MEDIATION = Permission("mediation.apply", "申请劳动争议调解", open=True)
OWN_MEDIATION = Permission("mediation.own", "查看本人的劳动争议调解", own=True)
EXPORT_MEDIATION = Permission("mediation.export", "导出劳动争议调解", (APPROVER,))

# Supervision (劳动法律监督)
VIEW_WATCH = Permission("labour-watch.view", "查看劳动法律监督", LOOK)
REGISTER_WATCH = Permission("labour-watch.register", "登记劳动法律监督线索", (HANDLER,))
HANDLE_WATCH = Permission("labour-watch.handle", "办理劳动法律监督", DESK)
ISSUE_WATCH = Permission("labour-watch.issue", "签发劳动法律监督文书", (APPROVER,))
REVEAL_WATCH = Permission("labour-watch.reveal", "查看线索提供人身份", DESK)
TIP_OFF = Permission("labour-watch.submit", "提供劳动违法线索", public=True)
OWN_WATCH = Permission("labour-watch.own", "查看本人提供的线索", own=True)
EXPORT_WATCH = Permission("labour-watch.export", "导出劳动法律监督", (APPROVER,))

# Registers (人员登记)
VIEW_PEOPLE = Permission("legal-people.view", "查看律师、调解员和监督员", LOOK)
KEEP_PEOPLE = Permission("legal-people.keep", "登记律师、调解员和监督员", (HANDLER,))
SUSPEND_PEOPLE = Permission("legal-people.suspend", "暂停和恢复律师、调解员、监督员", (APPROVER,))
REVEAL_PEOPLE = Permission("legal-people.reveal", "查看律师等人员的联系电话", DESK)
EXPORT_PEOPLE = Permission("legal-people.export", "导出律师、调解员和监督员", (APPROVER,))
REMIND_LEGAL = Permission("legal-aid.remind", "开庭、履行和答复到期提醒（由平台办理）")
