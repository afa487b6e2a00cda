"""The products that the simulated line can show, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from inspector.cameras.scenes.board import BoardScene
from inspector.cameras.scenes.brushed import BrushedScene
from inspector.cameras.scenes.cap import CapScene
from inspector.cameras.scenes.scene import Scene

SCENES: Mapping[str, type[Scene]] = MappingProxyType(
    {scene.name: scene for scene in (CapScene, BrushedScene, BoardScene)}
)
"""In the order in which they are offered. Each user makes a scene of its own: it keeps layers and serves one thread."""
