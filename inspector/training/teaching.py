"""One training from files to a model folder: read, features, train, calibrate, write.

Runs in the calling process; `child` gives it one of its own. A time budget holds for the whole: what reading and
features took is measured, what calibration and writing will take is reserved, and the training loop gets the rest.
"""

import hashlib
import json
import logging
import platform
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Final

import torch

from inspector.core.errors import InvalidInput, OperationalError
from inspector.core.refs import ModelRef
from inspector.core.setup_ports import LonePicture
from inspector.training.calibrating import calibrate, scored_samples, self_test_tiles
from inspector.training.card import write_card
from inspector.training.checkpoint import (
    Progress,
    read_checkpoint,
    remove_checkpoint,
    require_checkpoint,
    write_checkpoint,
)
from inspector.training.dataset import Dataset, read_for_training
from inspector.training.distributed import ALONE, Peers
from inspector.training.features import DetailSamples, FeatureCache
from inspector.training.framing import default_overlap_px, geometry_of
from inspector.training.job import (
    DEFAULT_MINUTES,
    Phase,
    ProductOutcome,
    TrainingCancelled,
    TrainingJob,
    TrainingOutcome,
    TrainingProgress,
)
from inspector.training.presets import preset
from inspector.training.products import TaughtProduct, find_products
from inspector.training.reading_features import (
    MAX_TURNED_TILES,
    detail_samples,
    read_features,
    read_known,
    read_turned,
)
from inspector.training.remembering import Remembered, remember, remember_product
from inspector.training.run_news import RunNews
from inspector.training.shared_cache import share_cache
from inspector.training.trainer import Budget, StepReport, Trainer
from inspector.training.turning import find_turns, second_looks, tried_samples
from inspector.training.weighing import weigh
from inspector.vision.backbones import BackboneWeights, find_backbone
from inspector.vision.device import choose_device, device_name
from inspector.vision.host_engine import HostEngine
from inspector.vision.manifest import Judge, Manifest, ProductEntry, Weighing
from inspector.vision.model import TiledModel
from inspector.vision.networks.detector import Detector, build_detector
from inspector.vision.networks.folding import folded
from inspector.vision.networks.offset import measure_offset
from inspector.vision.runtimes import TorchRuntime, make_self_test
from inspector.vision.selftest import SelfTest
from inspector.vision.store import ModelFolder, read_model_folder, version_folder, write_model
from inspector.vision.turns import Turn

logger = logging.getLogger(__name__)

RESERVE_SHARE: Final = 0.3
"""Largest share of a time budget kept for calibration."""

FIXED_RESERVE_S: Final = 12.0
"""For measuring the offset, compiling the network, and writing."""

CHECKPOINT_EVERY_S: Final = 60.0


def run_job(
    job: TrainingJob,
    progress: Callable[[TrainingProgress], None],
    cancelled: Callable[[], bool],
    peers: Peers = ALONE,
) -> TrainingOutcome:
    """Teach a model and write it as a new version.

    Args:
        job: what is wanted.
        progress: called often, in this thread; must return at once.
        cancelled: asked often; True ends the training.
        peers: ranks that train along by `follow_job`; this one is their rank 0.

    Raises:
        InvalidInput: the job, its data or its checkpoint cannot be used.
        TrainingCancelled: `cancelled` said so; only the checkpoint is kept.
        OperationalError: DAT-002: a folder cannot be written; GPU-001: no such device, or out of memory;
            RCP-002: a damaged checkpoint; SYS-001: training diverged.
    """
    problems = job.problems()
    if problems:
        raise InvalidInput(problems)
    return _Run(job, progress, cancelled, peers).run()


def follow_job(job: TrainingJob, cancelled: Callable[[], bool], peers: Peers) -> None:
    """Train along with rank 0, which runs the same job by `run_job`; reads and writes nothing.

    Raises:
        TrainingCancelled: here or on another rank.
        OperationalError: DAT-002: no room for the cache; GPU-001: out of memory; SYS-001: another rank failed.
    """
    _Run(job, lambda _: None, cancelled, peers).follow()


class _Run:
    """State of one run; each phase is a method."""

    def __init__(
        self,
        job: TrainingJob,
        progress: Callable[[TrainingProgress], None],
        cancelled: Callable[[], bool],
        peers: Peers,
    ) -> None:
        self._job = job
        self._peers = peers
        self._cancelled = cancelled
        self._tile_seconds = 0.0  # as measured while features are read
        self._config, self._plan = preset(job.preset, job.backbone)
        minutes = DEFAULT_MINUTES if job.minutes is None and job.steps is None and not job.draft else job.minutes
        self._limit_s = None if minutes is None else minutes * 60
        self._news = RunNews(progress, cancelled, self._limit_s)

    def run(self) -> TrainingOutcome:
        self._check_writable()
        logger.info("backbone weights: %s", self._backbone.record)  # missing ones are said before any work
        if self._job.resume:
            require_checkpoint(self._job.scratch)
        base = None if self._job.base is None else self._read_base(self._job.base)
        device = choose_device(self._job.device)
        dataset, products = self._read(base)
        detector = self._build(len(products)).to(device)
        details = detail_samples(self._config, products, self._job.seed)
        folder = self._job.models_dir
        cache, self._tile_seconds = read_features(detector, products, details, folder, self._news, seed=self._job.seed)
        known = read_known(detector, products, details, folder, self._news)
        if base is not None:
            _take_over(detector, base, products)
        self._peers.assemble(self._cancelled)
        share_cache(self._peers, cache, self._config.tokens, self._config.channels, self._job.models_dir)
        trainer = Trainer(detector, cache, self._plan, seed=self._job.seed, peers=self._peers)
        fingerprint = self._fingerprint(dataset, cache)
        if self._job.resume:
            tensors, kept = read_checkpoint(self._job.scratch, fingerprint)
            trainer.restore(tensors, steps=kept.steps, seconds=kept.seconds, loss=kept.loss)
        trainer.share()
        if self._job.draft:
            self._peers.leave()
        else:
            self._train(trainer, fingerprint, self._reserve(products))
        remembered, turns = self._remember(detector, (cache, known), details, products)
        weighings = self._weigh(detector, products, remembered)
        looks = second_looks(turns, {name: weighing.judge for name, weighing in weighings.items()})
        manifest, lone, self_test = self._calibrated(
            detector, device, dataset, products, remembered, weighings, looks, trainer
        )
        manifest = _with_turns(manifest, turns)
        outcomes = {
            product.name: _outcome(
                product, manifest.products[product.name], cache.tiles_of(product.name), lone[product.name]
            )
            for product in products
        }
        self._news.report(Phase.WRITE, 0, 1)
        card = write_card(self._job, manifest, replace(dataset, skipped=tuple(self._news.skipped)), outcomes)
        ref = write_model(self._job.models_dir, manifest, detector.state_dict(), self_test, card)
        remove_checkpoint(self._job.scratch)
        self._news.report(Phase.WRITE, 1, 1, message=f"wrote {ref}")
        return TrainingOutcome(
            ref=ref,
            folder=str(self._job.models_dir / ref.name / str(ref.version)),
            preset=self._job.preset.value,
            device=device_name(device),
            steps=trainer.steps,
            loss=None if self._job.draft else trainer.loss,
            seconds=round(self._news.elapsed(), 1),
            seed=self._job.seed,
            products=outcomes,
            skipped=tuple((entry.name, entry.reason) for entry in self._news.skipped),
        )

    def follow(self) -> None:
        """What `run` does, without all that one rank does for all."""
        detector = self._build(1).to(choose_device(self._job.device))  # the memory is rank 0's affair
        self._peers.assemble(self._cancelled)
        cache = share_cache(self._peers, None, self._config.tokens, self._config.channels, self._job.models_dir)
        trainer = Trainer(detector, cache, self._plan, seed=self._job.seed, peers=self._peers)
        trainer.share()
        if self._job.draft:
            return  # nothing is trained; what is left is rank 0's affair
        if not trainer.follow(stop=self._cancelled):
            raise TrainingCancelled(f"cancelled after {trainer.steps} steps")

    def _check_writable(self) -> None:
        """Before an hour of work, not after it."""
        folder = self._job.models_dir
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise OperationalError(
                "DAT-002",
                f"Models cannot be written to {folder}: {error.strerror or error}.",
                "Choose another folder, or make this one writable.",
            ) from error

    def _read(self, base: ModelFolder | None) -> tuple[Dataset, tuple[TaughtProduct, ...]]:
        self._news.report(Phase.READ, 0, 1, message=f"reading {self._job.data}")
        dataset = read_for_training(self._job.data, self._job.image_root)
        self._news.skipped += dataset.skipped
        job = self._job
        products = find_products(
            dataset, geometry_of(self._config), seed=job.seed, scale=job.scale, scales=job.scales, whole=job.whole
        )
        if base is not None:
            # Chance goes by a product's number: one that keeps it is remembered as before, token by token.
            numbers = {name: number for number, name in enumerate(base.manifest.memory)}
            products = tuple(sorted(products, key=lambda product: numbers.get(product.name, len(numbers))))
        for product in products:
            teaching, held_out, framing = len(product.teaching), len(product.held_out), product.framing
            message = f"{product.name}: {teaching} teach, {held_out} set the limit, framing {framing.framing.value}"
            if framing.scale != 1:
                message += f" at scale {framing.scale:g}"
            logger.info("%s", message)
            self._news.report(Phase.READ, 1, 1, message=message)
        return dataset, products

    def _build(self, products: int) -> Detector:
        with torch.random.fork_rng():
            torch.manual_seed(self._job.seed)
            backbone = self._backbone
            return build_detector(
                self._config,
                backbone_state=backbone.state,
                statistics=backbone.record.statistics,
                products=products,
            )

    def _read_base(self, base: Path) -> ModelFolder:
        """The model to start from; one that cannot be is refused before minutes of reading pictures."""
        content = read_model_folder(version_folder(base))
        theirs = replace(content.manifest.detector, memory=self._config.memory, detail=self._config.detail)
        if theirs != self._config:
            raise InvalidInput([f"base: the network of {content.ref} is of another kind than preset and backbone make"])
        return content

    @cached_property
    def _backbone(self) -> BackboneWeights:
        return find_backbone(self._job.models_dir, self._config.backbone)

    def _reserve(self, products: Sequence[TaughtProduct]) -> float:
        """Seconds to keep for what follows training, whoever will judge and whatever may be turned."""
        tiles = 0
        for product in products:
            tiles += max(
                sum(product.tile_count(samples) for samples in scored_samples(product, Weighing(judge, {})))
                for judge in (Judge.BOTH, Judge.MEMORY)
            )
            tried = tried_samples(product)
            if tried:
                tiles += (1 + len(Turn)) * product.tile_count(tried)
                tiles += min(MAX_TURNED_TILES, len(Turn) * product.tile_count(product.known))
        wanted = FIXED_RESERVE_S + 1.5 * tiles * self._tile_seconds
        return wanted if self._limit_s is None else min(wanted, self._limit_s * RESERVE_SHARE)

    def _train(self, trainer: Trainer, fingerprint: str, reserve_s: float) -> None:
        if self._limit_s is None:
            budget = Budget(steps=self._job.steps)
        else:
            # At least a third of the budget, though it may then end late: less would write a model that knows nothing.
            budget = Budget(seconds=max(self._limit_s - self._news.elapsed() - reserve_s, self._limit_s / 3))
        saved = time.perf_counter()

        def reported(report: StepReport) -> None:
            nonlocal saved
            if time.perf_counter() - saved > CHECKPOINT_EVERY_S:
                self._save(trainer, fingerprint)
                saved = time.perf_counter()
            self._news.report(
                Phase.TRAIN,
                report.steps,
                report.expected_steps,
                loss=report.loss,
                gradient_norm=report.gradient_norm,
                seconds_left=report.seconds_left + reserve_s,
            )

        finished = trainer.run(budget, reported=reported, stop=self._cancelled)
        self._peers.leave()
        # Also when finished: what follows may fail on a full disk, and the hours before must not be lost with it.
        self._save(trainer, fingerprint)
        if not finished:
            raise TrainingCancelled(f"cancelled after {trainer.steps} steps; --resume goes on from there")

    def _save(self, trainer: Trainer, fingerprint: str) -> None:
        progress = Progress(fingerprint, trainer.steps, trainer.seconds, trainer.loss)
        write_checkpoint(self._job.scratch, trainer.state(), progress)

    def _fingerprint(self, dataset: Dataset, cache: FeatureCache) -> str:
        facts = {
            "data": dataset.sha256,
            "config": self._config.to_dict(),
            "backbone": self._backbone.record.source_sha256,
            "plan": asdict(self._plan),
            "seed": self._job.seed,
            "scale": self._job.scale,
            "scales": dict(self._job.scales),
            "whole": self._job.whole,
            "base": str(self._job.base),
            "steps": self._job.steps,
            "seconds": self._limit_s,
            # Under a time budget the number of tiles may depend on the machine's load; it is the same training still.
            "tiles": len(cache) if self._limit_s is None else None,
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def _remember(
        self,
        detector: Detector,
        caches: Sequence[FeatureCache],
        details: DetailSamples,
        products: Sequence[TaughtProduct],
    ) -> tuple[Remembered, Mapping[str, tuple[Turn, ...]]]:
        """Fill the memory, also with turned pictures where they are good parts."""
        seed, cancelled, news = self._job.seed, self._cancelled, self._news

        def done(products: int, of: int) -> None:
            news.report(Phase.REMEMBER, products, of)

        remembered = remember(detector, caches, details, seed=seed, cancelled=cancelled, done=done)
        turns = find_turns(detector, products, remembered, cancelled=news.check_cancelled, skipped=news.skip)
        every = (*caches, read_turned(detector, products, turns, details, self._job.models_dir, news))
        for number, product in enumerate(products):
            names = ", ".join(turns[product.name])
            if names:
                news.report(Phase.REMEMBER, number, len(products), message=f"{product.name}: also good turned {names}")
                remember_product(detector, remembered, every, details, number, seed=seed, cancelled=cancelled)
            logger.info("%s: also good turned %s", product.name, names or "no way")
        return remembered, turns

    def _weigh(
        self, detector: Detector, products: Sequence[TaughtProduct], remembered: Remembered
    ) -> Mapping[str, Weighing]:
        """Weigh the memory against the network."""

        def done(products: int, of: int) -> None:
            self._news.report(Phase.WEIGH, products, of)

        weighings = weigh(
            detector,
            products,
            remembered,
            trained=not self._job.draft,
            seed=self._job.seed,
            cancelled=self._news.check_cancelled,
            skipped=self._news.skip,
            done=done,
        )
        for name, weighing in weighings.items():
            areas = ", ".join(f"{judge.value} {area:.3f}" for judge, area in weighing.drawn_auroc.items())
            logger.info("%s is judged by %s; on drawn defects: %s", name, weighing.judge.value, areas or "not compared")
        return weighings

    def _calibrated(
        self,
        detector: Detector,
        device: torch.device,
        dataset: Dataset,
        products: Sequence[TaughtProduct],
        remembered: Remembered,
        weighings: Mapping[str, Weighing],
        looks: Mapping[str, Turn],
        trainer: Trainer,
    ) -> tuple[Manifest, Mapping[str, LonePicture | None], SelfTest]:
        """The manifest but for version and hashes, pictures that set a limit alone, and what to self-test with."""
        self._news.report(Phase.CALIBRATE, 0, 1, message="measuring the map's offset")
        offset_px = measure_offset(detector.features, self._config.input_size, device=device)
        tiles, numbers = self_test_tiles(products)
        self_test = make_self_test(detector.cpu(), detector.input_statistics, tiles, numbers)
        draft = self._draft(detector, offset_px, trainer, dataset, tuple(product.name for product in products))
        draft = replace(draft, second_looks=looks)

        def scored(done: int, total: int) -> None:
            self._news.check_cancelled()
            self._news.report(Phase.CALIBRATE, done, total)

        # Torch on the processor, because it sees the memory change from frame to frame; the runtimes that judge later
        # are held to its maps by the self-test.
        engine = HostEngine(TorchRuntime(folded(detector), detector.input_statistics))
        model = TiledModel(draft, engine, ModelRef(draft.name, 0, ""))
        try:
            found = calibrate(model, products, weighings, remembered, scored=scored, skipped=self._news.skip)
        finally:
            model.close()
        manifest = replace(draft, products={name: one.entry for name, one in found.items()})
        return manifest, {name: one.lone for name, one in found.items()}, self_test

    def _draft(
        self,
        detector: Detector,
        offset_px: tuple[float, float],
        trainer: Trainer,
        dataset: Dataset,
        memory: tuple[str, ...],
    ) -> Manifest:
        geometry = geometry_of(self._config)
        return Manifest(
            name=self._job.name,
            version=0,
            created_at=datetime.now(UTC).replace(microsecond=0),
            preset=self._job.preset.value,
            detector=detector.config,
            input=detector.input_statistics,
            offset_px=offset_px,
            rim_cells=geometry.rim_cells,
            overlap_px=default_overlap_px(geometry),
            memory=memory,
            products={},
            training={
                "data_sha256": dataset.sha256,
                "steps": trainer.steps,
                "training_seconds": round(trainer.seconds, 1),
                **({} if self._job.draft else {"loss": trainer.loss}),
                "seed": self._job.seed,
                "backbone_weights": self._backbone.record.name,
                "backbone_sha256": self._backbone.record.source_sha256,
                "torch": torch.__version__,
                "python": platform.python_version(),
                "machine": platform.machine(),
            },
            license=self._job.license,
        )


def _take_over(detector: Detector, base: ModelFolder, products: Sequence[TaughtProduct]) -> None:
    """Start from another model's network and feature statistics, so that what it knows is only refined.

    Products it knew stay known because their pictures are in this training, too, and every batch holds all products
    alike (replay); one that is missing here is forgotten, memory and all.
    """
    detector.load_head_state(base.detector.head_state())
    gone = sorted(set(base.manifest.memory) - {product.name for product in products})
    if gone:
        logger.warning("%s knew %s; without their pictures the new model will not", base.ref, ", ".join(gone))


def _with_turns(manifest: Manifest, turns: Mapping[str, tuple[Turn, ...]]) -> Manifest:
    entries = {name: replace(entry, turns=turns[name]) for name, entry in manifest.products.items()}
    return replace(manifest, products=entries)


def _outcome(product: TaughtProduct, entry: ProductEntry, tiles: int, lone: LonePicture | None) -> ProductOutcome:
    return ProductOutcome(
        teaching=len(product.teaching),
        limiting=entry.calibration.samples,
        tiles=tiles,
        framing=product.framing.framing.value,
        scale=product.framing.scale,
        reached=entry.calibration.reached,
        target_rate=entry.calibration.target_rate,
        upper_rate=entry.calibration.upper_rate,
        lone=lone.path if lone else "",
        lone_times=lone.times if lone else 1.0,
    )
