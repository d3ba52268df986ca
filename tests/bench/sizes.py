"""Which datasets are measured."""

from __future__ import annotations

from dataclasses import dataclass

SAMPLE = "sample"
SAMPLE_SHAPE = (569, 30)


@dataclass(frozen=True)
class Size:
    """The embedded sample, or a synthetic cohort."""

    rows: int
    features: int

    @classmethod
    def parse(cls, text: str) -> Size:
        """From "sample" or "ROWSxFEATURES"; ValueError otherwise."""
        if text == SAMPLE:
            return cls(*SAMPLE_SHAPE)
        rows, features = (int(part) for part in text.split("x"))
        if rows < 16 or features < 1:
            raise ValueError(text)
        return cls(rows, features)

    def __str__(self) -> str:
        return f"{self.rows}x{self.features}"

    @property
    def is_sample(self) -> bool:
        return (self.rows, self.features) == SAMPLE_SHAPE

    @property
    def reference(self) -> bool:
        """Whether the plain-Python backend verifies it in about a minute."""
        return self.rows <= 10_000


USUAL = tuple(Size.parse(text) for text in ("569x30", "2000x16", "10000x32", "100000x64"))
