"""The staged answer to a shortage: who gives up what, and what brings it back."""

from packing.act.shortage.answer import Addition, Loss, ShortageAnswer
from packing.act.shortage.api import answer_shortage
from packing.act.shortage.concede import conceded

__all__ = ["Addition", "Loss", "ShortageAnswer", "answer_shortage", "conceded"]
