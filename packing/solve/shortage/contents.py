"""The master whose solutions consist of contents as they are found, so that they can be composed."""

from __future__ import annotations

from typing import Any

from packing.solve.patterns.master import Master


class ContentMaster(Master):
    """No content has places that another item takes: such swaps steady prices, but what they make is no content to compose."""

    def _swap(self, _item: int, _other: int) -> Any:
        return self._var(0.0, 0.0)
