"""Who may do what in the law library, consultation, cases, legislation and the calculators."""

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER, Permission

ALL = (HANDLER, APPROVER, VIEWER)
WRITERS = (HANDLER, APPROVER)

# Law library
READ_LAW = Permission("law.read", "查询法规和使用计算器", public=True)
VIEW_STATUTES = Permission("statutes.view", "查看法规库", ALL)
EDIT_STATUTES = Permission("statutes.edit", "录入法规和版本", WRITERS)
PUBLISH_STATUTES = Permission("statutes.publish", "审核发布和废止法规", (APPROVER,))

# Consultation
VIEW_CONSULT = Permission("consult.view", "查看法律咨询", ALL)
REGISTER_CONSULT = Permission("consult.register", "登记法律咨询", WRITERS)
HANDLE_CONSULT = Permission("consult.handle", "解答法律咨询", WRITERS)
APPROVE_CONSULT = Permission("consult.approve", "审核法律咨询答复", (APPROVER,))
SUPERVISE_CONSULT = Permission("consult.supervise", "督办和质检法律咨询", (APPROVER,))
REVEAL_CONSULT = Permission("consult.reveal", "查看咨询人身份", WRITERS)
ASK = Permission("consult.ask", "提出法律咨询", public=True)
OWN_CONSULT = Permission("consult.own", "查看本人的法律咨询", own=True)
EXPORT_CONSULT = Permission("consult.export", "导出法律咨询", (APPROVER,))
VIEW_ANSWERS = Permission("law-answers.view", "查看公开问答", ALL)
EDIT_ANSWERS = Permission("law-answers.edit", "编写公开问答", WRITERS)
PUBLISH_ANSWERS = Permission("law-answers.publish", "审核发布公开问答", (APPROVER,))

# Typical cases
VIEW_CASES = Permission("typical-cases.view", "查看典型案例", ALL)
EDIT_CASES = Permission("typical-cases.edit", "编写典型案例", WRITERS)
PUBLISH_CASES = Permission("typical-cases.publish", "核对匿名化和发布典型案例", WRITERS)

# Popularisation
VIEW_PIECES = Permission("law-pieces.view", "查看普法内容", ALL)
EDIT_PIECES = Permission("law-pieces.edit", "编写普法专题和内容", WRITERS)
PUBLISH_PIECES = Permission("law-pieces.publish", "审核发布普法内容", (APPROVER,))

# Legislation
VIEW_BILLS = Permission("bills.view", "查看立法意见征集", ALL)
EDIT_BILLS = Permission("bills.edit", "组织立法意见征集", WRITERS)
DECIDE_BILLS = Permission("bills.decide", "决定意见采纳和发布反馈", (APPROVER,))
EXPORT_BILLS = Permission("bills.export", "导出立法意见", (APPROVER,))
SPEAK = Permission("bills.speak", "对草案提出意见", open=True)
SPEAK_FOR_UNION = Permission("bills.speak-union", "代表工会提出立法意见", WRITERS)

# Own calculations and terms
KEEP_OWN = Permission("law.keep", "保存本人的计算结果和期限提醒", open=True)
