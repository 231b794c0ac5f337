"""Permissions of the engine."""

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER, Permission

USE = Permission("language.use", "使用文本分析", (HANDLER, APPROVER, VIEWER))
VIEW_RECORDS = Permission("language.records", "查看文本分析记录", (HANDLER, APPROVER, VIEWER))
EXPORT_RECORDS = Permission("language.records.export", "导出文本分析记录", (HANDLER, APPROVER))
VIEW_WORDS = Permission("language.words", "查看词库", (HANDLER, APPROVER, VIEWER))
EDIT_WORDS = Permission("language.words.edit", "维护词库", (HANDLER,))
CORRECT = Permission("language.correct", "纠正分类建议", (HANDLER, APPROVER))
VIEW_CORRECTIONS = Permission("language.corrections", "查看分类纠正", (HANDLER, APPROVER, VIEWER))
DECIDE_CORRECTIONS = Permission("language.corrections.decide", "审核分类纠正", (APPROVER,))
VIEW_MODELS = Permission("language.models", "查看模型", (HANDLER, APPROVER, VIEWER))
TRAIN = Permission("language.train", "训练模型", (HANDLER,))
ACTIVATE = Permission("language.activate", "启用和回退模型", (APPROVER,))
WATCH_CRISIS = Permission("language.crisis", "处置危机来文", (HANDLER, APPROVER))
DRAFT = Permission("language.draft", "请机器起草答复", (HANDLER,))
ASK = Permission("language.ask", "向答复机器人提问", public=True)
