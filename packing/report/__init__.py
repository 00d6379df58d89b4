"""What people read: a summary for the terminal, a radar chart, a progress line.

`packing.report.summary` renders an `Account` (a placement with what is known around it) as text;
`packing.report.chart` draws radar charts; `packing.report.progress` follows a search.
"""

from packing.report.account import Account
from packing.report.summary import summary

__all__ = ["Account", "summary"]
