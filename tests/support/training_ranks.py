"""Training processes as torchrun starts them, kept for many small runs: importing torch takes longer than a run."""

import contextlib
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from inspector.core.errors import InspectorError
from inspector.training import teaching
from inspector.training.distributed import Peers
from inspector.training.features import FeatureCache
from inspector.training.job import TrainingJob
from inspector.training.placement import Placement
from inspector.training.presets import Schedule, TrainingPlan
from inspector.training.shared_cache import share_cache
from inspector.training.trainer import Budget, Trainer
from inspector.vision.networks.config import light
from inspector.vision.networks.detector import build_detector
from tests.support.vision import tiny_config

SIZE = 2
CONFIG = replace(light(input_size=128), hidden=16, heads=2, ffn=32, enc_layers=1, dec_layers=1, dropout=0.0)
PLAN = TrainingPlan(1e-3, 1e-4, Schedule.COSINE, batch=5, clip=1.0)  # odd: slices of 2 and 3 tiles
COUNTS = (130, 3)  # more than travels at once


@dataclass(frozen=True)
class Ending:
    """How a run ended on one rank: with a result, or with the name and text of an error."""

    result: Any = None
    error: str = ""
    text: str = ""
    seconds: float = 0.0


class Ranks:
    """Processes that wait for runs; every run is one group with a port of its own."""

    def __init__(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        pipes = [spawn.Pipe() for _ in range(SIZE)]
        self._pipes = [ours for ours, _ in pipes]
        self.processes = [
            spawn.Process(target=_serve, args=(rank, pipe), name=f"rank {rank}", daemon=True)
            for rank, (_, pipe) in enumerate(pipes)
        ]
        for process, (_, theirs) in zip(self.processes, pipes, strict=True):
            process.start()
            theirs.close()  # so that its death is the end of the pipe

    def run(self, name: str, **arguments: Any) -> list[Ending | None]:
        """Run a function of this module on every rank; None stands for a rank that died."""
        port = free_port()
        for pipe in self._pipes:
            pipe.send((name, port, arguments))
        return [self._ending(pipe) for pipe in self._pipes]

    def close(self) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self.processes:
            process.join(20)
            process.kill()
            process.join()

    def _ending(self, pipe: Any) -> Ending | None:
        assert pipe.poll(60), "a rank hangs"
        try:
            return pipe.recv()
        except EOFError:
            return None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_cache(folder: Path) -> FeatureCache:
    generator = torch.Generator().manual_seed(1)
    cache = FeatureCache([f"p{i}" for i in range(len(COUNTS))], sum(COUNTS), CONFIG.tokens, CONFIG.channels, folder)
    for product, count in enumerate(COUNTS):
        cache.add(product, torch.randn(count, CONFIG.tokens, CONFIG.channels, generator=generator) + product)
    return cache


def make_trainer(cache: FeatureCache, peers: Peers | None = None, *, weights: int = 0, dropout: float = 0.0) -> Trainer:
    with torch.random.fork_rng():
        torch.manual_seed(weights)
        detector = build_detector(replace(CONFIG, dropout=dropout), backbone_state=None)
    detector.fuser.set_statistics(*cache.channel_statistics())
    return Trainer(detector, cache, PLAN, seed=5, **({"peers": peers} if peers else {}))


# --- what ranks run --------------------------------------------------------------------------------------------------


def train(
    peers: Peers,
    folder: Path,
    *,
    budget: Budget,
    dropout: float = 0.0,
    start: tuple[dict[str, Any], dict[str, Any]] | None = None,
    stop_at: tuple[int, int] = (-1, -1),
    fail_at: tuple[int, int] = (-1, -1),
    kill_at: tuple[int, int] = (-1, -1),
    hang_at: tuple[int, int] = (-1, -1),
) -> dict[str, Any]:
    """A tiny training; pairs are the rank and the step at which something happens."""
    peers.assemble(lambda: False)
    cache = share_cache(peers, None if peers.rank else make_cache(folder), CONFIG.tokens, CONFIG.channels, folder)
    trainer = make_trainer(cache, peers, weights=peers.rank, dropout=dropout)
    if start is not None and peers.rank == 0:
        trainer.restore({name: torch.from_numpy(value) for name, value in start[0].items()}, **start[1])
    trainer.share()

    def stop() -> bool:
        here = (peers.rank, trainer.steps)
        if here == fail_at:
            raise ZeroDivisionError("a bug of ours")
        if here == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if here == hang_at:
            threading.Event().wait(4)
        return here == stop_at

    finished = trainer.follow(stop=stop) if peers.rank else trainer.run(budget, reported=lambda _: None, stop=stop)
    return {
        "finished": finished,
        "state": {name: value.numpy() for name, value in trainer.state().items()},
        "facts": {"steps": trainer.steps, "seconds": trainer.seconds, "loss": trainer.loss},
        "taken": cache.take(torch.arange(len(cache)).numpy()).numpy(),
        "product_of": cache.product_of.copy(),
    }


def draw(peers: Peers, _folder: Path, *, batch: int) -> list[Any]:
    """Random tensors as the corruption of tokens draws them."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        mine = torch.zeros(peers.part(batch).stop - peers.part(batch).start, 4, 6)
        with peers.noise(batch, torch.device("cpu")):
            drawn = [
                torch.rand(()),
                torch.randn(mine.shape, dtype=mine.dtype, generator=None),
                torch.randn(len(mine), 4),
                torch.rand_like(mine),
                torch.randn_like(mine),
                torch.rand(size=(len(mine), 2)),
                torch.nn.functional.dropout(torch.ones(64), 0.5),
            ]
    return [value.numpy() for value in drawn]


def teach(peers: Peers, _folder: Path, *, job: TrainingJob, cancel_after: tuple[int, int] = (-1, -1)) -> Any:
    """A whole training under a tiny head; `cancel_after` is a rank and how often it may ask."""
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return peers.rank == cancel_after[0] and asked > cancel_after[1]

    teaching.preset = lambda *_: (tiny_config(), replace(PLAN, batch=8))
    teaching.measure_offset = lambda *_, **__: (1.5, 1.5)
    if peers.rank:
        return teaching.follow_job(job, cancelled, peers)
    return teaching.run_job(job, lambda _: None, cancelled, peers).to_dict()


# --- the processes' side ---------------------------------------------------------------------------------------------


def _serve(rank: int, pipe: Any) -> None:
    torch.set_num_threads(1)
    with contextlib.suppress(EOFError):
        while True:
            name, port, arguments = pipe.recv()
            began = time.monotonic()
            try:
                ending = Ending(_run(rank, name, port, **arguments))
            except (InspectorError, ValueError, ZeroDivisionError) as error:
                ending = Ending(error=type(error).__name__, text=str(error))
            pipe.send(replace(ending, seconds=time.monotonic() - began))


def _run(rank: int, name: str, port: int, *, folder: Path, timeout_s: float = 30.0, **arguments: Any) -> Any:
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "RANK": str(rank), "WORLD_SIZE": str(SIZE)}
    placement = Placement(rank, SIZE, rank, SIZE)
    with Peers.join(placement, cuda=False, timeout_s=timeout_s) as peers:
        return globals()[name](peers, folder, **arguments)


@contextlib.contextmanager
def started() -> Iterator[Ranks]:
    """Ranks for the time of a block."""
    ranks = Ranks()
    try:
        yield ranks
    finally:
        ranks.close()
