"""What other packages may know of founding.

Events: `cn.gonghui.founding.approved` (a union was founded: `id`, `election`, `document`,
`elected_on`, `years`), from which a legal-person application opens; `cn.gonghui.founding.renewed`
(the same of a re-election).
"""

APPROVED = "cn.gonghui.founding.approved"
RENEWED = "cn.gonghui.founding.renewed"

__all__ = ["APPROVED", "RENEWED"]
