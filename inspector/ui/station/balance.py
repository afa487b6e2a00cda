"""Whether the sum that proves that no part is silent still holds, without crying about parts on their way."""

from collections import deque

from inspector.core.line import Balance

_WINDOW_S = 2.0


class BalanceWatch:
    """Looks at the balance over two seconds: a part that is missing stays missing, one that moves does not."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, balance: Balance, now_s: float) -> int:
        """Take a reading; call it several times a second.

        Args:
            balance: as the line says.
            now_s: monotonic.

        Returns:
            Parts without an answer or a record for two seconds on end; 0 when all is well.
        """
        self._seen.append((now_s, balance.unaccounted))
        while len(self._seen) > 2 and self._seen[1][0] <= now_s - _WINDOW_S:
            self._seen.popleft()
        if now_s - self._seen[0][0] < _WINDOW_S:
            return 0
        return min(unaccounted for _, unaccounted in self._seen)
