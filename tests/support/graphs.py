"""Graphs of networks that were converted before, for tests that load the same model again and again.

Converting takes OpenVINO a second for a network of any size. A network is known by its settings and all its numbers, so
one that was altered is converted anew.
"""

import copy
import hashlib
from collections.abc import Callable
from typing import Any

from inspector.vision.runtimes import PixelDetector


class KeptGraphs:
    """Stands for `inspector.vision.openvino_graph.convert`."""

    def __init__(self, convert: Callable[[PixelDetector, int], Any]) -> None:
        self._convert = convert
        self._kept: dict[bytes, Any] = {}

    def __call__(self, network: PixelDetector, side: int) -> Any:
        key = _digest(network, side)
        if key not in self._kept:
            # A graph shares numbers with its network, and tests alter theirs.
            self._kept[key] = self._convert(copy.deepcopy(network), side)
        return self._kept[key].clone()


def _digest(network: PixelDetector, side: int) -> bytes:
    found = hashlib.sha256(repr((side, network.detector.config)).encode())
    for name, value in (*network.named_parameters(), *network.named_buffers()):
        found.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        found.update(value.detach().contiguous().numpy())
    return found.digest()
