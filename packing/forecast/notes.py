"""What is odd about a history, collected while it is read: the first few lines of each kind named, all of them counted."""

from __future__ import annotations

from dataclasses import dataclass, field

NAMED = 5
"""Lines of each kind that are named."""


@dataclass(slots=True)
class Kind:
    """Lines that are odd in the same way."""

    count: int = 0
    first: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, text: str) -> None:
        """One more of them."""
        self.count += 1
        if len(self.first) < NAMED:
            self.first.append((line, text))

    def lines(self) -> str:
        """``lines 3, 8 and 40`` or ``lines 3, 8, 40, 41, 42 and 7 more``."""
        numbers = [f"{line:,}" for line, _ in self.first]
        more = self.count - len(numbers)
        last = [f"{more:,} more"] if more else [numbers.pop()] if len(numbers) > 1 else []
        return f"line{'s' if self.count > 1 else ''} {', '.join(numbers)}" + (f" and {last[0]}" if last else "")
