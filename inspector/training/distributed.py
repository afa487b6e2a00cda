"""Several processes that train one head: the same weights everywhere, each with its slice of every batch.

Every rank draws the same batch from the seed and the step's number and takes its slice; gradients are added up, so that
the step is that of one process with the whole batch. The head is small, so plain sums of its gradients are as quick as
torch's DistributedDataParallel, and leave the model as it is (docs/adr/0014).

A rank that ends leaves a note in the store that all of them know, and closes its connections, which ends the wait of
the others at once. Only a rank that hangs costs them the timeout.
"""

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.overrides import TorchFunctionMode

from inspector.core.errors import InspectorError, OperationalError
from inspector.training.job import TrainingCancelled
from inspector.training.placement import Placement

if TYPE_CHECKING:
    from torch.distributed.distributed_c10d import Store

logger = logging.getLogger(__name__)

TIMEOUT_S: Final = 300.0
"""How long a rank waits for another within a step: longer than any step with a checkpoint on a slow disk."""

POLL_S: Final = 0.2
FAREWELL_S: Final = 5.0
"""How long rank 0 keeps the store for others to read why it failed; torchrun keeps a store of its own."""

_READY: Final = "ready"
_NOTE: Final = "note"
_LEFT: Final = "left"


class Peers:
    """The ranks as one of them sees them; `Peers()` is a process alone, for which nothing here does anything.

    Use as a context manager: leaving it tells the others why.

    Attributes:
        rank, size: this process's number, and how many there are.
    """

    def __init__(self) -> None:
        """Alone."""
        self.rank, self.size = 0, 1
        self._threads = (1, 1)
        self._store: Store | None = None

    @classmethod
    def join(cls, placement: Placement, *, cuda: bool, timeout_s: float = TIMEOUT_S) -> Self:
        """Meet the other ranks.

        Args:
            placement: which of them this process is.
            cuda: whether gradients lie on CUDA devices; then NCCL adds them up, otherwise gloo.
            timeout_s: of this meeting, and of every later wait within a step.

        Raises:
            OperationalError: SYS-001: they did not all come.
        """
        # Here, because some builds of torch have no distributed part, and a process alone needs none.
        from torch.distributed.distributed_c10d import PrefixStore
        from torch.distributed.rendezvous import rendezvous

        peers = cls()
        timeout = timedelta(seconds=timeout_s)
        try:
            store, _, _ = next(rendezvous("env://", timeout=timeout))
            peers._store = PrefixStore("notes", store)
            dist.init_process_group(
                "cpu:gloo,cuda:nccl" if cuda else "gloo",
                store=PrefixStore("group", store),
                rank=placement.rank,
                world_size=placement.size,
                timeout=timeout,
            )
        except RuntimeError as error:
            raise OperationalError(
                "SYS-001", f"The {placement.size} training processes did not find each other: {_line(error)}."
            ) from error
        peers.rank, peers.size = placement.rank, placement.size
        own = torch.get_num_threads()
        peers._threads = (own, own * placement.local_size)
        peers._use_processors(all_of_them=True)
        return peers

    def __enter__(self) -> Self:
        """One of the ranks."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave, and say why if it is for an error."""
        somebody_waits = error is not None and self._store is not None and dist.is_initialized()
        if error is not None and somebody_waits:
            self._write_note(error)
        self.leave()
        self._use_processors(all_of_them=False)
        if somebody_waits:
            self._wait_for_readers()

    # --- the course of a training ------------------------------------------------------------------------------------

    def assemble(self, cancelled: Callable[[], bool]) -> None:
        """Wait until rank 0 has read everything, for as long as that takes; rank 0 says so by calling it.

        Raises:
            TrainingCancelled: here or at rank 0.
            OperationalError: SYS-001: rank 0 failed.
        """
        if self._store is None:
            return
        try:
            if self.rank == 0:
                self._store.set(_READY, "1")
            while not self._store.check([_READY]):
                if cancelled():
                    raise TrainingCancelled("cancelled")
                if self._store.check([_NOTE]):
                    raise self._ended()
                time.sleep(POLL_S)
        except RuntimeError as error:
            raise self._ended() from error
        self._use_processors(all_of_them=False)

    def leave(self) -> None:
        """Take no part any more; the others are done, too, or notice it. Idempotent."""
        if self._store is None or not dist.is_initialized():
            return
        dist.destroy_process_group()
        self._use_processors(all_of_them=True)

    # --- a step ------------------------------------------------------------------------------------------------------

    def agree(self, done: float, *, stop: bool) -> tuple[float, bool]:
        """Share of the budget used as rank 0 says, and whether any rank wants to stop: equal for all.

        Raises:
            OperationalError: SYS-001: another rank failed or does not answer.
            TrainingCancelled: another rank was cancelled outside its steps.
        """
        if self._store is None:
            return done, stop
        said = torch.tensor([done if self.rank == 0 else 0.0, float(stop)], dtype=torch.float64)
        with self._together():
            dist.all_reduce(said, dist.ReduceOp.MAX)
        return float(said[0]), bool(said[1])

    def part(self, batch: int) -> slice:
        """This rank's tiles of a batch."""
        return slice(self.rank * batch // self.size, (self.rank + 1) * batch // self.size)

    @contextmanager
    def noise(self, batch: int, device: torch.device) -> Iterator[None]:
        """Within it random tensors for a slice are slices of those that one process draws for the whole batch.

        That holds for `rand` and `randn` of torch, by which tokens are corrupted. Dropout draws for the slice alone,
        from the seed offset by the rank: whole masks would cost every rank the time of the whole batch.

        Args:
            batch: tiles of the whole batch.
            device: where noise is drawn; its generators have been seeded alike on every rank.
        """
        if self._store is None:
            yield
            return
        seed = torch.initial_seed()
        generator = torch.Generator(device).manual_seed(seed)
        torch.manual_seed(seed + 1 + self.rank)
        with _WholeBatchNoise(generator, batch, self.part(batch)):
            yield

    def average(self, parameters: Iterable[nn.Parameter], loss: Tensor, batch: int) -> Tensor:
        """Replace gradients of a slice's mean loss by those of the batch's mean loss; returns that loss.

        Raises:
            OperationalError: SYS-001: another rank failed or does not answer.
            TrainingCancelled: another rank was cancelled.
        """
        if self._store is None:
            return loss
        part = self.part(batch)
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        flat = torch.cat([*(gradient.flatten() for gradient in gradients), loss.detach().reshape(1).float()])
        flat *= (part.stop - part.start) / batch
        with self._together():
            dist.all_reduce(flat)
        start = 0
        for gradient in gradients:
            gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
            start += gradient.numel()
        return flat[start]

    # --- values of rank 0 --------------------------------------------------------------------------------------------

    def share_facts(self, facts: Mapping[str, Any] | None) -> dict[str, Any]:
        """Plain JSON values of rank 0; the others give None.

        Raises:
            OperationalError, TrainingCancelled: as `agree`.
        """
        content = torch.frombuffer(bytearray(json.dumps(facts).encode()), dtype=torch.uint8)
        content = self.share(content, self.share(torch.tensor([content.numel()]), (1,)).tolist())
        received: dict[str, Any] = json.loads(content.numpy().tobytes())
        return received

    def share_tensors(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Named CPU tensors of rank 0; the others give none.

        Raises:
            OperationalError, TrainingCancelled: as `agree`.
        """
        kinds = {str(kind): kind for kind in _KINDS}
        facts = self.share_facts({name: [str(value.dtype), list(value.shape)] for name, value in tensors.items()})
        received = {}
        for name, (kind, shape) in facts.items():
            mine = tensors[name] if self.rank == 0 else torch.empty(0, dtype=kinds[kind])
            received[name] = self.share(mine, shape)
        return received

    def share(self, tensor: Tensor, shape: Iterable[int]) -> Tensor:
        """A CPU tensor of rank 0 whose shape is known; the others give any of the same kind of numbers.

        Raises:
            OperationalError, TrainingCancelled: as `agree`.
        """
        if self._store is None:
            return tensor
        wanted = tensor.contiguous() if self.rank == 0 else torch.empty(tuple(shape), dtype=tensor.dtype)
        with self._together():
            dist.broadcast(wanted, 0)
        return wanted

    # --- endings -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _together(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:
            raise self._ended() from error

    def _ended(self) -> InspectorError:
        """Why another rank is not there any more, as far as it could say."""
        note = self._read_note()
        if note.get("cancelled"):
            return TrainingCancelled("cancelled")
        reason = note.get("reason", "it was killed, or does not answer")
        who = f"process {note['rank']} of {self.size}" if note else "one of them"
        return OperationalError(
            "SYS-001",
            f"The training processes belong together, and {who} ended: {reason}",
            "--resume goes on from the last checkpoint, if there is one.",
        )

    def _write_note(self, error: BaseException) -> None:
        if self._store is None:
            return
        cancelled = isinstance(error, TrainingCancelled | KeyboardInterrupt)
        text = str(error) if isinstance(error, InspectorError) else f"{type(error).__name__}: {_line(error)}"
        note = json.dumps({"rank": self.rank, "cancelled": cancelled, "reason": text})
        try:
            self._store.compare_set(_NOTE, "", note)  # the first one is the cause
        except RuntimeError as lost:
            logger.warning("the other training processes cannot be told: %s", _line(lost))

    def _read_note(self) -> dict[str, Any]:
        try:
            if self._store is None or not self._store.check([_NOTE]):
                return {}
            note: dict[str, Any] = json.loads(self._store.get(_NOTE))
        except RuntimeError as error:
            logger.info("no word from the other training processes: %s", _line(error))
            return {}
        return note

    def _wait_for_readers(self) -> None:
        if self._store is None:
            return
        give_up_at = time.monotonic() + FAREWELL_S
        try:
            left = self._store.add(_LEFT, 1)
            while self.rank == 0 and left < self.size and time.monotonic() < give_up_at:
                time.sleep(POLL_S)
                left = self._store.add(_LEFT, 0)
        except RuntimeError as error:
            logger.debug("nobody is left: %s", _line(error))

    def _use_processors(self, *, all_of_them: bool) -> None:
        """Before and after the steps the others sleep, and rank 0 may use the processors that are theirs."""
        if self.rank == 0 and self._store is not None:
            torch.set_num_threads(self._threads[all_of_them])


class _WholeBatchNoise(TorchFunctionMode):
    """Draws `rand` and `randn` for all tiles of the batch and keeps a slice; every rank draws alike."""

    def __init__(self, generator: torch.Generator, batch: int, part: slice) -> None:
        super().__init__()
        self._generator = generator
        self._batch = batch
        self._part = part

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 (torch's)
        given = dict(kwargs or {})
        if func in (torch.rand_like, torch.randn_like):
            tensor, *args_rest = args
            given = {"dtype": tensor.dtype, "device": tensor.device} | given
            func, args = (torch.rand if func is torch.rand_like else torch.randn), (tensor.shape, *args_rest)
        if func not in (torch.rand, torch.randn) or given.get("generator") is not None:
            return func(*args, **given)
        shape = list(args[0] if args and not isinstance(args[0], int) else args) or list(given.pop("size", ()))
        given["generator"] = self._generator
        if not shape or shape[0] != self._part.stop - self._part.start:
            return func(shape, **given)  # nothing per tile: one draw for all
        return func([self._batch, *shape[1:]], **given)[self._part]


_KINDS: Final = (torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.bool)

ALONE: Final = Peers()


def _line(error: BaseException) -> str:
    """The first line of an error; torch adds pages of native frames."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
