"""Folds frozen batch norms into the convolutions before them: the same map from half as many passes over it.

Only for a copy that does nothing but run. A folded encoder has other weights under other names, so it can be neither
stored nor taught. OpenVINO folds by itself.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

if TYPE_CHECKING:
    from inspector.vision.networks.detector import Detector
    from inspector.vision.networks.encoder import Encoder


def folded(detector: Detector) -> Detector:
    """A detector that differs in its folded encoder and shares everything else: what one learns, the other knows."""
    twin = copy.deepcopy(detector, {id(part): part for part in (detector.fuser, detector.head, detector.memory)})
    fold_batch_norms(twin.encoder)
    return twin


def fold_batch_norms(encoder: Encoder) -> int:
    """Replace every convolution that a batch norm follows by one that does both; returns how many there were.

    What follows what is read off the order in which a module lists its parts, as all of this package do. The border
    that a convolution adds to its input stays what it was: it comes before both.
    """
    count = 0
    for parent in list(encoder.modules()):
        before: tuple[str, nn.Conv2d] | None = None
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.BatchNorm2d) and before is not None:
                conv_name, conv = before
                setattr(parent, conv_name, fuse_conv_bn_eval(conv, child))
                setattr(parent, name, nn.Identity())
                count += 1
            before = (name, child) if isinstance(child, nn.Conv2d) else None
    return count
