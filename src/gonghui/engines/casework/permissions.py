"""Permissions of the engine itself; those of cases belong to the kinds."""

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER, Permission

VIEW_ARTICLES = Permission("casework.articles.view", "查看知识库", (HANDLER, APPROVER, VIEWER))
EDIT_ARTICLES = Permission("casework.articles.edit", "起草知识条目", (HANDLER,))
PUBLISH_ARTICLES = Permission("casework.articles.publish", "审核发布和停用知识条目", (APPROVER,))
