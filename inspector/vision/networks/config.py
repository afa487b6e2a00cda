"""What defines a detector: every choice that changes its weights or its output, as one value.

The configuration travels inside the model folder, so it is plain data, complete, and refuses what it does not know:
a model read with a guessed setting would give maps that look right and are not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final, Self

STRIDE_PX: Final = 16
"""Network pixels per token, at every level after fusing."""

JITTER_RATIO: Final = 20 / math.sqrt(272)
"""Expected length of the noise relative to its token, from the paper's scale of 20 at 272 channels."""

ARCHITECTURE: Final = "uniad"


MEMORY_TOKENS: Final = 2048
"""Remembered tokens of a product in the light preset: a search costs 30 % of the head's arithmetic. Twice as many told
no more parts apart (docs/model.md).
"""

DETAIL_TOKENS: Final = 2048
"""Remembered detail tokens of a product in the light preset."""

LARGEST_MEMORY: Final = 65_536

DETAIL_LEVEL: Final = 3
"""The tap of half a token's stride, from whose cells a map takes its detail."""

DETAIL_STRIDE_PX: Final = 2**DETAIL_LEVEL


class Backbone(StrEnum):
    """Frozen feature extractors a configuration may name."""

    EFFICIENTNET_LITE0 = "efficientnet_lite0"
    """timm's `tf_efficientnet_lite0`; its weights ship as a package."""
    EFFICIENTNET_B4 = "efficientnet_b4"
    """Weights that were trained in torch."""
    TF_EFFICIENTNET_B4 = "tf_efficientnet_b4"
    """Weights ported from TensorFlow: another padding and epsilon."""


LEVEL_CHANNELS: Final[Mapping[Backbone, Mapping[int, int]]] = {
    Backbone.EFFICIENTNET_LITE0: {1: 16, 2: 24, 3: 40, 4: 112},
    Backbone.EFFICIENTNET_B4: {1: 24, 2: 32, 3: 56, 4: 160},
    Backbone.TF_EFFICIENTNET_B4: {1: 24, 2: 32, 3: 56, 4: 160},
}
"""Channels of each backbone's taps; level l has stride 2 ** l."""


class QueryMode(StrEnum):
    """Where a decoder layer's residual stream starts."""

    LAYERWISE = "layerwise"
    """Every layer starts from its own learned queries (UniAD)."""
    SINGLE = "single"
    """Only the first does, as in an ordinary transformer decoder (ADTR); for loosely placed parts."""


class PositionKind(StrEnum):
    """How a token's place on the grid is told to the attention."""

    LEARNED = "learned"
    SINE = "sine"


class ResizeMode(StrEnum):
    """How the taps are brought to the token grid."""

    CORNER_ALIGNED = "corner_aligned"
    """Bilinear, corner-aligned, no antialias, as the paper's code; ignores most samples of the finest level."""
    AREA = "area"
    """Mean over the cell: exact, and centred on it."""


class PaddingMode(StrEnum):
    """What the backbone's convolutions see beyond the tile's border."""

    ZEROS = "zeros"
    REFLECT = "reflect"


class FeatureNorm(StrEnum):
    """Whether features are standardized before they are reconstructed."""

    NONE = "none"
    CHANNEL = "channel"
    """Per channel, with mean and standard deviation fitted on good training tiles."""


class MapUpsample(StrEnum):
    """How a token map is enlarged to pixels by the geometry code."""

    CORNER_ALIGNED = "corner_aligned"
    HALF_PIXEL = "half_pixel"
    """Half-pixel bilinear, then shifted by the measured offset."""


@dataclass(frozen=True, slots=True)
class NeighbourWhere:
    """The attention sites at which a token may not look at itself and its neighbours."""

    enc: bool = True
    dec1: bool = True
    dec2: bool = True

    def __bool__(self) -> bool:
        """True when any site is masked."""
        return self.enc or self.dec1 or self.dec2


@dataclass(frozen=True, slots=True)
class DetectorConfig:
    """One detector's architecture. Defaults are the faithful values that do not depend on the backbone.

    Attributes:
        input_size: side of the square network input in pixels, a multiple of 16.
        levels: backbone taps in use, ascending, out of 1..4.
        neighbour: side of the masked window in tokens; an even size behaves like the next odd one.
        copied_start: start the queries and attention in-projections of all layers from one prototype, as the paper's
            code does by deep copies.
        jitter_scale: UniAD's feature jitter; expected noise length relative to its token is scale / sqrt(channels).
        jitter_prob: probability per batch that the jitter is applied.
        map_upsample: for the geometry code behind the network; the network itself does not enlarge.
        memory: feature tokens of good parts that are remembered of every product; 0 for none.
        detail: as many tokens of half their size, which place what the memory sees more finely; 0 for none.

    Raises:
        ValueError: a value is out of range; the message lists every problem.
    """

    input_size: int
    jitter_scale: float
    backbone: Backbone = Backbone.EFFICIENTNET_LITE0
    architecture: str = ARCHITECTURE
    levels: tuple[int, ...] = (1, 2, 3, 4)
    hidden: int = 256
    heads: int = 8
    ffn: int = 1024
    enc_layers: int = 4
    dec_layers: int = 4
    dropout: float = 0.1
    neighbour: int = 7
    neighbour_where: NeighbourWhere = NeighbourWhere()
    query_mode: QueryMode = QueryMode.LAYERWISE
    position: PositionKind = PositionKind.LEARNED
    copied_start: bool = False
    jitter_prob: float = 1.0
    resize_mode: ResizeMode = ResizeMode.CORNER_ALIGNED
    padding: PaddingMode = PaddingMode.ZEROS
    feature_norm: FeatureNorm = FeatureNorm.NONE
    map_upsample: MapUpsample = MapUpsample.CORNER_ALIGNED
    memory: int = 0
    detail: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be built."""
        problems = _range_problems(self)
        if problems:
            raise ValueError(f"detector configuration: {'; '.join(problems)}")

    @property
    def grid(self) -> tuple[int, int]:
        """Token rows and columns."""
        return self.input_size // STRIDE_PX, self.input_size // STRIDE_PX

    @property
    def tokens(self) -> int:
        """Tokens per tile."""
        height, width = self.grid
        return height * width

    @property
    def cell_px(self) -> int:
        """Side of a map's cell in network pixels: half a token where there is detail."""
        return DETAIL_STRIDE_PX if self.detail else STRIDE_PX

    @property
    def cells(self) -> int:
        """Cells along a side of a tile's map."""
        return self.input_size // self.cell_px

    @property
    def detail_channels(self) -> int:
        """Channels of a detail token; 0 without detail."""
        return LEVEL_CHANNELS[self.backbone][DETAIL_LEVEL] if self.detail else 0

    @property
    def channels(self) -> int:
        """Channels of a fused token."""
        return sum(LEVEL_CHANNELS[self.backbone][level] for level in self.levels)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; `from_dict` reads it back to an equal value."""
        plain: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, NeighbourWhere):
                value = {"enc": value.enc, "dec1": value.dec1, "dec2": value.dec2}
            elif isinstance(value, tuple):
                value = list(value)
            elif isinstance(value, StrEnum):
                value = value.value
            plain[field.name] = value
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote. Every key must be there: a default filled in could belie the weights.

        Raises:
            ValueError: unknown or missing keys, wrong types, values out of range; the message lists every problem.
        """
        names = [field.name for field in fields(cls)]
        problems = [f"unknown key {key!r}" for key in data if key not in names]
        problems += [f"missing key {name!r}" for name in names if name not in data]
        values: dict[str, Any] = {}
        for name in names:
            if name in data:
                try:
                    values[name] = _READERS[name](data[name])
                except (TypeError, ValueError) as error:
                    problems.append(f"{name}: {error}")
        if not problems:
            return cls(**values)
        if len(values) == len(names):
            try:  # The values are all readable: say what is wrong with their ranges in the same message.
                cls(**values)
            except ValueError as error:
                problems.append(str(error).removeprefix("detector configuration: "))
        raise ValueError(f"detector configuration: {'; '.join(problems)}")


def faithful(backbone: Backbone = Backbone.EFFICIENTNET_LITE0, *, input_size: int = 224) -> DetectorConfig:
    """UniAD as published: 4 + 4 layers, raw features, corner alignment, zero padding.

    Source: You et al., "A Unified Model for Multi-class Anomaly Detection", NeurIPS 2022 (arXiv 2206.03687).
    """
    channels = sum(LEVEL_CHANNELS[backbone].values())
    return DetectorConfig(
        input_size=input_size,
        backbone=backbone,
        jitter_scale=_jitter_scale(channels),
        copied_start=True,
    )


def light(backbone: Backbone = Backbone.EFFICIENTNET_LITE0, *, input_size: int = 256) -> DetectorConfig:
    """The product's default for a CPU: an eighth of the head's arithmetic, standardized features, mirrored borders.

    Without dropout a training step takes half the time on a CPU; the jitter already regularizes (measured, 2026-11).
    Heads keep the paper's 32 channels each.
    """
    return DetectorConfig(
        input_size=input_size,
        backbone=backbone,
        hidden=128,
        heads=4,
        ffn=512,
        enc_layers=2,
        dec_layers=2,
        dropout=0.0,
        neighbour=7 if input_size < 20 * STRIDE_PX else 9,
        jitter_scale=_jitter_scale(sum(LEVEL_CHANNELS[backbone].values())),
        resize_mode=ResizeMode.AREA,
        padding=PaddingMode.REFLECT,
        feature_norm=FeatureNorm.CHANNEL,
        map_upsample=MapUpsample.HALF_PIXEL,
        memory=MEMORY_TOKENS,
        detail=DETAIL_TOKENS,
    )


def _jitter_scale(channels: int) -> float:
    # Rounded so that 272 channels give the published 20 exactly and files stay readable.
    return round(JITTER_RATIO * math.sqrt(channels), 4)


def _range_problems(config: DetectorConfig) -> list[str]:
    problems = []
    if config.architecture != ARCHITECTURE:
        problems.append(f"architecture must be {ARCHITECTURE!r}, not {config.architecture!r}")
    if config.input_size <= 0 or config.input_size % STRIDE_PX:
        problems.append(f"input_size must be a positive multiple of {STRIDE_PX}, not {config.input_size}")
    known = LEVEL_CHANNELS[config.backbone]
    if not config.levels or list(config.levels) != sorted(set(config.levels)) or not set(config.levels) <= set(known):
        problems.append(f"levels must be ascending and out of {list(known)}, not {list(config.levels)}")
    counts = {
        name: getattr(config, name) for name in ("hidden", "heads", "ffn", "enc_layers", "dec_layers", "neighbour")
    }
    problems += [f"{name} must be at least 1, not {value}" for name, value in counts.items() if value < 1]
    # The position code is two halves; the sine form needs pairs in each.
    if config.hidden % 4 or (config.heads > 0 and config.hidden % config.heads):
        problems.append(f"hidden ({config.hidden}) must be a multiple of 4 and of heads ({config.heads})")
    if config.neighbour_where and config.input_size // STRIDE_PX <= config.neighbour // 2 * 2 + 1:
        problems.append(
            f"neighbour {config.neighbour} blocks every token from a central one on a grid of "
            f"{config.input_size // STRIDE_PX}"
        )
    if not 0 <= config.memory <= LARGEST_MEMORY:
        problems.append(f"memory must be 0 to {LARGEST_MEMORY} tokens, not {config.memory}")
    if not 0 <= config.detail <= LARGEST_MEMORY:
        problems.append(f"detail must be 0 to {LARGEST_MEMORY} tokens, not {config.detail}")
    if config.detail and not (config.memory and DETAIL_LEVEL in config.levels):
        problems.append(f"detail needs a memory and level {DETAIL_LEVEL}")
    if not 0 <= config.dropout < 1:
        problems.append(f"dropout must be in [0, 1), not {config.dropout}")
    if not (config.jitter_scale >= 0 and math.isfinite(config.jitter_scale)):
        problems.append(f"jitter_scale must be finite and not negative, not {config.jitter_scale}")
    if not 0 <= config.jitter_prob <= 1:
        problems.append(f"jitter_prob must be in [0, 1], not {config.jitter_prob}")
    return problems


def _read_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"must be text, not {value!r}")
    return value


def _read_int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"must be a whole number, not {value!r}")
    return value


def _read_float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"must be a number, not {value!r}")
    return float(value)


def _read_bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"must be true or false, not {value!r}")
    return value


def _read_levels(value: object) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"must be a list, not {value!r}")
    return tuple(_read_int(level) for level in value)


def _read_where(value: object) -> NeighbourWhere:
    if not isinstance(value, Mapping) or set(value) != {"enc", "dec1", "dec2"}:
        raise TypeError(f"must hold exactly enc, dec1 and dec2, not {value!r}")
    return NeighbourWhere(**{site: _read_bool(on) for site, on in value.items()})


_READERS: Final[Mapping[str, Any]] = {
    "input_size": _read_int,
    "jitter_scale": _read_float,
    "backbone": Backbone,
    "architecture": _read_text,
    "levels": _read_levels,
    "hidden": _read_int,
    "heads": _read_int,
    "ffn": _read_int,
    "enc_layers": _read_int,
    "dec_layers": _read_int,
    "dropout": _read_float,
    "neighbour": _read_int,
    "neighbour_where": _read_where,
    "query_mode": QueryMode,
    "position": PositionKind,
    "copied_start": _read_bool,
    "jitter_prob": _read_float,
    "resize_mode": ResizeMode,
    "padding": PaddingMode,
    "feature_norm": FeatureNorm,
    "map_upsample": MapUpsample,
    "memory": _read_int,
    "detail": _read_int,
}
