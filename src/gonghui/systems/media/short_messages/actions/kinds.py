"""What the to-dos of B3.1.3 are called."""

from gonghui.kernel.notify.kinds import register_kind

ALARM = register_kind("short-replies.alarm", "危急来信，请立即联系").code
REPLY = register_kind("short-replies.answer", "短信来信待办理").code
BATCH = register_kind("short-batches.decide", "群发短信待审核").code
HELD = register_kind("short-batches.held", "群发短信预算不足").code
TEMPLATE = register_kind("short-templates.decide", "短信模板待审核").code
SIGNATURE = register_kind("short-signatures.decide", "短信签名待审核").code
BUDGET = register_kind("short-budgets.near", "短信预算将用尽").code
BILL = register_kind("short-bills.check", "短信账单待核对").code
UNCONFIRMED = register_kind("short-messages.unconfirmed", "短信未确认送达").code
