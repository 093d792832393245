"""How much is measured: `make bench` and `make bench-large` differ in nothing else, and a trial takes a part of every load."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Form:
    """Rounds of each row, loads of the large form or of the small one, and which part of them."""

    rounds: int = 3
    large: bool = False
    part: float = 1.0

    def load(self, small: int, large: int | None = None) -> int:
        """How many of something: `small`, or `large` in the large form, where that differs."""
        return max(1, int((large if large and self.large else small) * self.part))
