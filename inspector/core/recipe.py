"""How a product is inspected: camera, area, tiling, model and limit. Published versions never change."""

import math
from dataclasses import dataclass, field
from enum import Enum

from inspector.core.errors import InvalidRecipe
from inspector.core.geometry import Polygon, Rect, Size
from inspector.core.picture_limits import PictureLimits
from inspector.core.refs import RecipeRef


class TriggerMode(Enum):
    """What starts an exposure."""

    LINE = "line"
    SOFTWARE = "software"
    FREE = "free"


class TriggerEdge(Enum):
    """Which edge of the line starts an exposure."""

    RISING = "rising"
    FALLING = "falling"


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """What is written to a camera at every opening; None leaves the camera's own value.

    Attributes:
        pixel_format: PFNC name.
        rate_hz: only for free run.
        white_balance: ratios of red, green, blue.
        extra: feature name and text, written last and in order.
    """

    exposure_us: float | None = None
    gain_db: float | None = None
    trigger: TriggerMode = TriggerMode.FREE
    trigger_line: str | None = None
    trigger_edge: TriggerEdge = TriggerEdge.RISING
    trigger_delay_us: float | None = None
    pixel_format: str | None = None
    roi: Rect | None = None
    rate_hz: float | None = None
    black_level: float | None = None
    gamma: float | None = None
    white_balance: tuple[float, float, float] | None = None
    extra: tuple[tuple[str, str], ...] = ()


class Framing(Enum):
    """How a frame becomes network input."""

    WHOLE = "whole"
    """The whole frame is shrunk to one tile."""
    TILES = "tiles"
    """The frame, at the recipe's scale, is cut into overlapping tiles."""
    TILES_AND_WHOLE = "tiles_and_whole"
    """Tiles, and the whole frame once more for what is larger than a tile (uniad.md 13.5)."""


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """When a part fails. A value equal to its threshold passes (A-18).

    Attributes:
        score_threshold: in the unit of `AnomalyMap.values`; also the threshold of the regions, so that verdict and
            drawing never disagree (uniad.md 13.4).
        min_area_mm2: regions smaller than this do not fail a part; 0 judges every cell.
    """

    score_threshold: float = 1.0
    min_area_mm2: float = 0.0


@dataclass(frozen=True, slots=True)
class OutputTiming:
    """When the line must have its answer.

    Attributes:
        deadline_ms: from the frame's arrival to its answer; a later answer is a reject (FS-2).
    """

    deadline_ms: int = 2000


@dataclass(frozen=True, slots=True)
class StoredShot:
    """A kept picture of a good part and what it scored, so that the same recipe can be seen to give the same score.

    Attributes:
        path: relative to the data folder, with forward slashes.
        sha256: of the file's bytes.
        score: by the model of the basis.
        basis: `basis_of` the recipe and the model when it was scored; "" if not known.
    """

    path: str
    sha256: str
    score: float
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a product is inspected.

    Attributes:
        product: name of the product.
        version: 1, 2, 3 …; 0 is a recipe that the program made up because none was chosen.
        title: what people read, by language code ("en", "zh_CN"); empty shows `product`.
        line_code: number by which the line asks for this product, 1 to 9999; 0 for none.
        image_size: what a frame must measure; None accepts any size.
        include, ignore: polygons in pixels of the frame; no include polygon means the whole frame.
        scale: network pixels per frame pixel before tiling, (0, 4].
        overlap_px: overlap of tiles in network pixels.
        model_name, model_version: which model; version 0 takes the newest.
        model_product: which of the model's products this is; empty takes the product of the same name, and a model that
            does not know that name judges by its strictest product.
        mm_per_px: size of a pixel on the part; None if unknown.
        camera_id: the camera it was set up with; "" takes the station's.
        picture: file of the product's picture, relative to the data folder; "" for none.
        notes: of the person who set it up.
        smallest_defect_mm: what the person wants found; the scale was chosen from it. None if not said.
        picture_limits: what a picture must be to be judged (FS-9); None judges every picture.
        self_test: a picture and its score, to be compared before publishing; None if there is none.
    """

    product: str
    version: int
    model_name: str
    model_version: int = 0
    model_product: str = ""
    title: tuple[tuple[str, str], ...] = ()
    line_code: int = 0
    camera: CameraSettings = field(default_factory=CameraSettings)
    image_size: Size | None = None
    include: tuple[Polygon, ...] = ()
    ignore: tuple[Polygon, ...] = ()
    framing: Framing = Framing.WHOLE
    scale: float = 1.0
    overlap_px: int = 64
    rule: DecisionRule = field(default_factory=DecisionRule)
    output: OutputTiming = field(default_factory=OutputTiming)
    mm_per_px: float | None = None
    camera_id: str = ""
    picture: str = ""
    notes: str = ""
    smallest_defect_mm: float | None = None
    picture_limits: PictureLimits | None = None
    self_test: StoredShot | None = None

    @property
    def ref(self) -> RecipeRef:
        """How records name this recipe."""
        return RecipeRef(self.product, self.version)

    def problems(self) -> tuple[str, ...]:
        """Every reason why this recipe cannot be used; empty when it can."""
        found: list[str] = []
        if not self.product.strip() or len(self.product) > 128:
            found.append("product: a name of 1 to 128 characters is needed")
        if any(ord(character) < 32 for character in self.product):
            found.append("product: control characters are not allowed")
        if self.version < 0:
            found.append(f"version: {self.version} is below 0")
        if not self.model_name:
            found.append("model: no model is named")
        if not 0 <= self.line_code <= 9999:
            found.append(f"line_code: {self.line_code} is outside 0 to 9999")
        if not (math.isfinite(self.scale) and 0 < self.scale <= 4):
            found.append(f"scale: {self.scale} is outside 0 to 4")
        if not 0 <= self.overlap_px <= 1024:
            found.append(f"overlap_px: {self.overlap_px} is outside 0 to 1024")
        threshold = self.rule.score_threshold
        if not (math.isfinite(threshold) and threshold > 0):
            found.append(f"rule.score_threshold: {threshold} must be a number above 0")
        area = self.rule.min_area_mm2
        if not (math.isfinite(area) and area >= 0):
            found.append(f"rule.min_area_mm2: {area} must be 0 or more")
        if area > 0 and self.mm_per_px is None:
            found.append("rule.min_area_mm2: needs mm_per_px, the size of a pixel on the part")
        if self.mm_per_px is not None and not (math.isfinite(self.mm_per_px) and self.mm_per_px > 0):
            found.append(f"mm_per_px: {self.mm_per_px} must be a number above 0")
        if not 1 <= self.output.deadline_ms <= 600_000:
            found.append(f"output.deadline_ms: {self.output.deadline_ms} is outside 1 to 600000")
        if self.image_size is not None and min(self.image_size.height, self.image_size.width) < 1:
            found.append(f"image_size: {self.image_size} has a side below 1")
        smallest = self.smallest_defect_mm
        if smallest is not None and not (math.isfinite(smallest) and smallest > 0):
            found.append(f"smallest_defect_mm: {smallest} must be a number above 0")
        return tuple(found)

    def validated(self) -> "Recipe":
        """Return this recipe if it can be used.

        Raises:
            InvalidRecipe: with every problem.
        """
        problems = self.problems()
        if problems:
            raise InvalidRecipe(problems)
        return self
