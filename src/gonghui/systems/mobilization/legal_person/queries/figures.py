"""Figures the rules of registration stand on, each dated and with its source."""

from __future__ import annotations

from gonghui.kernel.codes.parameters import Parameter

ACCEPT_WORKDAYS = Parameter("legal.accept_workdays", "法人登记受理时限", "工作日", int)
REVIEW_WORKDAYS = Parameter("legal.review_workdays", "法人登记审查核准时限", "工作日", int)
SUPPLEMENT_WORKDAYS = Parameter("legal.supplement_workdays", "法人登记补正期限", "工作日", int)
FIRST_DAYS = Parameter("legal.first_days", "成立后申请法人登记的期限", "天", int)
CHANGE_DAYS = Parameter("legal.change_days", "登记事项变更后申请变更登记的期限", "天", int)
RENEWAL_DAYS = Parameter("legal.renewal_days", "法人证书到期前申请换证的期间", "天", int)
CERTIFICATE_YEARS = Parameter("legal.certificate_years", "法人证书有效期", "年", list)
APPEAL_DAYS = Parameter("legal.appeal_days", "对不予登记申请复核的期限", "天", int)
