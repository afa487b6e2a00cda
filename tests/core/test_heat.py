"""The fixed colors of heat."""

import numpy as np

from inspector.core.heat import HEAT_TABLE, HIGHEST, LOWEST, heat_colors


def _lightness(color: np.ndarray) -> np.ndarray:
    linear = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
    luminance = linear @ np.array([0.2126, 0.7152, 0.0722])
    return np.where(luminance > 0.008856, 116 * np.cbrt(luminance) - 16, 903.3 * luminance)


def test_lightness_rises_throughout() -> None:
    lightness = _lightness(HEAT_TABLE[:, :3] / 255)
    # Rounding to bytes may stand still, but never falls.
    assert np.diff(lightness).min() > -0.35
    assert np.diff(lightness[::8]).min() > 0.5
    assert lightness[0] < 20
    assert lightness[-1] > 93


def test_nothing_is_painted_below_half_the_limit() -> None:
    colors = heat_colors(np.array([[0.0, 0.3, LOWEST - 1e-4]], np.float32))
    assert (colors == 0).all()


def test_everything_above_twice_the_limit_looks_alike() -> None:
    colors = heat_colors(np.array([[HIGHEST, 5.0, 1e30, np.inf, np.nan]], np.float32))
    assert (colors == HEAT_TABLE[-1]).all()
    assert colors.dtype == np.uint8
    assert colors.shape == (1, 5, 4)


def test_the_same_ratio_has_the_same_color_in_every_map() -> None:
    one = heat_colors(np.array([[1.3, 0.1]], np.float32))
    two = heat_colors(np.array([[9.0, 1.3]], np.float32))
    assert (one[0, 0] == two[0, 1]).all()
