"""What is wrong in an expression, where in its text, and what was probably meant."""

from __future__ import annotations

from typing import Literal

from dovetail.core.errors import ConfigError

type Fault = Literal["syntax", "name", "function", "type", "unit", "limit"]


class ExpressionError(ConfigError):
    """A person must change the expression. `at` and `end` are characters of its text from 0 on, end excluded."""

    code = "expression"

    def __init__(
        self, message: str, *, fault: Fault, at: int = 0, end: int | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, code=f"expression-{fault}", hint=hint)
        self.fault: Fault = fault
        self.at = at
        self.end = at + 1 if end is None else max(end, at + 1)

    def shown(self, text: str) -> str:
        """The message with the text and a mark below the place, for a console.

        >>> print(ExpressionError("there is no tag spede", fault="name", at=4, end=9).shown("2 * spede"))
        there is no tag spede
          2 * spede
              ^^^^^
        """
        marked = f"{self.message}\n  {text}\n  {' ' * self.at}{'^' * (self.end - self.at)}"
        return f"{marked}\n  = {self.hint}" if self.hint else marked
