"""Where torchrun has placed this process among its equals, read from the environment; no torch is needed to ask.

Without those variables training is one process that knows nothing of others, and that is the rule (docs/adr/0014).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from inspector.core.errors import InvalidInput

_NUMBERS: Final = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
_PLACE: Final = ("MASTER_ADDR", "MASTER_PORT")  # torch reads these itself


@dataclass(frozen=True, slots=True)
class Placement:
    """One process of several that train together.

    Attributes:
        rank: its number; 0 reads, reports, keeps checkpoints and writes the model.
        size: processes in all.
        local_rank: its number on this machine, and of its CUDA device.
        local_size: processes on this machine.
    """

    rank: int
    size: int
    local_rank: int
    local_size: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self | None:
        """What torchrun says; None for a process that was started alone, also by torchrun.

        Raises:
            InvalidInput: some of torchrun's variables are missing, or contradict each other.
        """
        # One of them without the other is another program's.
        if not {"RANK", "WORLD_SIZE"} <= environment.keys() or environment["WORLD_SIZE"] == "1":
            return None
        missing = [name for name in (*_NUMBERS, *_PLACE) if not environment.get(name)]
        words = [f"{name}={environment[name]}" for name in _NUMBERS if not environment.get(name, "0").isdecimal()]
        if missing or words:
            raise InvalidInput(
                [f"{name} is not set; start with torchrun" for name in missing]
                + [f"{word} is not a number; start with torchrun" for word in words]
            )
        rank, size, local_rank, local_size = (int(environment[name]) for name in _NUMBERS)
        if not (rank < size and local_rank < local_size <= size and local_rank <= rank):
            raise InvalidInput([f"rank {rank} of {size}, here {local_rank} of {local_size}: start with torchrun"])
        return cls(rank, size, local_rank, local_size)
