"""Loose tiles score as frames do."""

import numpy as np
import torch

from inspector.training.peak import peak
from inspector.vision.tiles import clip_at_peak, peak_windows


def test_the_peak_of_tiles_is_that_of_the_worst_one_as_a_frame_has_it():
    maps = np.random.default_rng(0).random((3, 6, 6), np.float32)
    for cell_px in (16, 8):
        windows = peak_windows(np.ones((6, 6), np.bool_), 32 // cell_px)
        wanted = max(float(clip_at_peak(values, windows).max()) for values in maps)
        assert np.isclose(peak(torch.from_numpy(maps), cell_px), wanted)
    assert peak(torch.from_numpy(maps)) > peak(torch.from_numpy(maps), 8)
