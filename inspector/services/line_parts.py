"""What a line is made of, as `app` hands it over."""

from collections.abc import Callable
from dataclasses import dataclass

from inspector.core.ports import CameraCatalog, LineOutput, ModelStore, RecordStore, RegionFinder
from inspector.core.recipe import Recipe
from inspector.core.recipe_ports import RecipePictureStore, RecipeStore
from inspector.services.clock import Clock
from inspector.services.faults import FaultBoard
from inspector.services.recorder import Recorder


@dataclass(frozen=True, slots=True)
class LineParts:
    """What the line is made of; built by `app`.

    Attributes:
        free_camera: called with a camera's id before the line opens it, so that whoever holds it for set-up lets go;
            at most 3 s.
        pictures: holds the shots by which recipes test themselves; None tests without.
        source_of: camera id by recipe: a simulated line shows the product that is inspected.
        deadline_ms: answer every part within this even when its recipe allows longer; None adds no limit.
        records_required: stop when records cannot be written (FS-14).
    """

    catalog: CameraCatalog
    models: ModelStore
    recipes: RecipeStore
    records: RecordStore
    recorder: Recorder
    output: LineOutput
    find_regions: RegionFinder
    faults: FaultBoard
    clock: Clock
    source_of: Callable[[Recipe | None], str]
    free_camera: Callable[[str], object] = lambda _: None
    pictures: RecipePictureStore | None = None
    deadline_ms: int | None = None
    records_required: bool = True
