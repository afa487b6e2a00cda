"""Everything of the program that the Recipes page works with, handed in as one value."""

from dataclasses import dataclass

from inspector.core.ports import CameraCatalog, ModelStore, RecipePictureStore


@dataclass(frozen=True, slots=True)
class SetupDesk:
    """Services of one station for set-up.

    Attributes:
        cameras: for the list of cameras.
        models: for the list of models.
        pictures: of products, as recipes name them.
        user: name of the operating-system user, which stands in every record of who did what.
    """

    cameras: CameraCatalog
    models: ModelStore
    pictures: RecipePictureStore
    user: str
