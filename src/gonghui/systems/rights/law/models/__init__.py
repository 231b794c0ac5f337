"""Tables of the law library, consultation, cases, popularisation, legislation, own notes."""

from gonghui.systems.rights.law.models.legislation import Bill, BillArticle, Comment, CommentState
from gonghui.systems.rights.law.models.library import Amendment, Article, Edition, Statute
from gonghui.systems.rights.law.models.own import Calculation, Term
from gonghui.systems.rights.law.models.reviewed import Reviewed
from gonghui.systems.rights.law.models.writing import (
    Consultation,
    Piece,
    PublicAnswer,
    Topic,
    TypicalCase,
)

__all__ = [
    "Amendment",
    "Article",
    "Bill",
    "BillArticle",
    "Calculation",
    "Comment",
    "CommentState",
    "Consultation",
    "Edition",
    "Piece",
    "PublicAnswer",
    "Reviewed",
    "Statute",
    "Term",
    "Topic",
    "TypicalCase",
]
