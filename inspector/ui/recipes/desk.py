"""Everything of the program that the Recipes page works with, handed in as one value."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.core.ports import CameraCatalog, ImageStore, ModelStore, RecordStore
from inspector.core.recipe_ports import RecipePictureStore
from inspector.services.capture import CaptureService
from inspector.services.odd_ones import OddOnes
from inspector.services.recipes import RecipeService
from inspector.services.samples import SampleService
from inspector.services.teaching import TeachingService
from inspector.services.trial import TrialService
from inspector.ui.recipes.settings_sheet import SettingsFiles
from inspector.ui.recipes.work import LineVersions, ScoringWork

USUAL_PARTS_PER_SHIFT = 9600


@dataclass(frozen=True, slots=True)
class SetupDesk:
    """Services of one station for set-up.

    Attributes:
        recipes: products, their versions and drafts.
        cameras: for the list of cameras.
        models: for the list of models.
        pictures: of products, as recipes name them.
        user: name of the operating-system user, which stands in every record of who did what.
        drawn_picture: a drawn good part of a simulated product by its name; None for any other.
        product_in_use: name of the product that the line inspects now; "" for none.
        samples: trays of all set-ups; without it there is no step Samples.
        scoring: scores and measures with the model of a draft.
        capture: the camera of the set-up; None where there is none to capture with.
        teaching: makes a new version of the station's model; None where nothing can be taught.
        odd: finds bad parts among good samples; None where nothing can be taught.
        trial: what a draft would have said of parts in the past.
        records: of inspected parts, for the list of a trial.
        images: their pictures and maps.
        station_camera: id of the camera that the line uses; a new product begins with it.
        settings_files: of cameras; without it there is no saving and loading of them.
        parts_per_shift: for the sentence that says what a limit costs in a shift.
        line: takes a new version of the product that it inspects; None without a line.
    """

    recipes: RecipeService
    cameras: CameraCatalog
    models: ModelStore
    pictures: RecipePictureStore
    user: str
    drawn_picture: Callable[[str], NDArray[np.uint8] | None] | None = None
    product_in_use: Callable[[], str] | None = None
    samples: SampleService | None = None
    scoring: ScoringWork | None = None
    capture: CaptureService | None = None
    teaching: TeachingService | None = None
    odd: OddOnes | None = None
    trial: TrialService | None = None
    records: RecordStore | None = None
    images: ImageStore | None = None
    station_camera: str = ""
    settings_files: SettingsFiles | None = None
    parts_per_shift: int = USUAL_PARTS_PER_SHIFT
    line: LineVersions | None = None
