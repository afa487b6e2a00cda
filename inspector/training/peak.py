"""What loose tiles score: as `vision.tiles.clip_at_peak` scores a frame, without laying a frame first."""

from torch import Tensor
from torch.nn import functional as F

from inspector.vision.networks.config import STRIDE_PX
from inspector.vision.tiles import PEAK_PX


def peak(values: Tensor, cell_px: int = STRIDE_PX) -> float:
    """Largest mean of a window of `PEAK_PX` in any of the maps (tiles, t, t) of cells of `cell_px` network pixels."""
    return float(F.avg_pool2d(values[:, None], PEAK_PX // cell_px, 1).max())
