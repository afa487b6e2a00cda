"""Small charts as SVG text, for pages that must stand alone. Colors are CSS variables of the page around them."""

import math
from collections.abc import Sequence
from html import escape
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inspector.training.metrics import Curve

WIDTH: Final = 300
HEIGHT: Final = 236
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 14, 30, 36
_MOST_POINTS: Final = 240
_BINS: Final = 32


def curve_chart(curves: Sequence[tuple[str, str, Curve]], *, x_title: str, y_title: str, x_limit: float = 1.0) -> str:
    """Curves in the unit square.

    Args:
        curves: label, CSS color, points; curves that are not finite are left out.
        x_title: below the axis.
        y_title: beside the axis.
        x_limit: right end of the x axis.
    """
    parts = [_axes(x_title, y_title, [f"{x_limit * step / 4:g}" for step in range(5)])]
    shown = [entry for entry in curves if np.isfinite(entry[2].x).all() and np.isfinite(entry[2].y).all()]
    for row, (label, color, curve) in enumerate(shown):
        x, y = _thinned(curve, x_limit)
        points = " ".join(f"{_x(a / x_limit):.1f},{_y(b):.1f}" for a, b in zip(x, y, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts.append(_legend(label, color, row))
    if not shown:
        parts.append(_note("needs good and defective pictures"))
    return _svg(parts)


def score_chart(good: Sequence[float], defective: Sequence[float], limit: float) -> str:
    """Histograms of good and defective scores above one another on a logarithmic axis, with the limit as a line."""
    scores = np.asarray([*good, *defective, limit], np.float64)
    scores = np.maximum(scores, 1e-6)
    low, high = math.log10(scores.min()) - 0.03, math.log10(scores.max()) + 0.03
    edges = np.linspace(low, high, _BINS + 1)
    ticks = [f"{10 ** (low + (high - low) * step / 4):.2g}" for step in range(5)]
    parts = [_axes("score, in multiples of the limit", "share of pictures", ticks, y_ticks=False)]
    for values, color, label, row in ((good, "var(--good)", "good", 0), (defective, "var(--bad)", "defective", 1)):
        if not values:
            continue
        counts, _ = np.histogram(np.log10(np.maximum(np.asarray(values), 1e-6)), edges)
        share = counts / counts.max()
        for index in np.flatnonzero(counts).tolist():
            left, right = _x(index / _BINS), _x((index + 1) / _BINS)
            top = _y(float(share[index]) * 0.94)
            parts.append(
                f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left - 0.5:.1f}" height="{_y(0) - top:.1f}"'
                f' fill="{color}" fill-opacity="0.55"/>'
            )
        parts.append(_legend(f"{label} ({len(values)})", color, row))
    place = _x((math.log10(limit) - low) / (high - low))
    parts.append(
        f'<line x1="{place:.1f}" x2="{place:.1f}" y1="{_TOP}" y2="{_y(0):.1f}" stroke="var(--ink)" stroke-width="1.5"'
        ' stroke-dasharray="4 3"/>'
        f'<text x="{place:.1f}" y="{_TOP - 3}" text-anchor="middle">limit</text>'
    )
    return _svg(parts)


def _thinned(curve: Curve, x_limit: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """At most `_MOST_POINTS` points up to the limit, where the last one is interpolated."""
    inside = int(np.searchsorted(curve.x, x_limit, side="right"))
    x, y = curve.x[:inside], curve.y[:inside]
    if inside < curve.x.size:
        x, y = np.append(x, x_limit), np.append(y, np.interp(x_limit, curve.x, curve.y))
    if x.size <= _MOST_POINTS:
        return x, y
    # Evenly along the line, not along the index: thousands of points may share one corner.
    length = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x) / x_limit, np.diff(y)))])
    chosen = np.unique(np.searchsorted(length, np.linspace(0, length[-1], _MOST_POINTS)))
    return x[chosen], y[chosen]


def _axes(x_title: str, y_title: str, x_ticks: Sequence[str], *, y_ticks: bool = True) -> str:
    parts = []
    for step in range(5):
        x, y = _x(step / 4), _y(step / 4)
        parts.append(f'<line x1="{_x(0)}" x2="{_x(1)}" y1="{y:.1f}" y2="{y:.1f}" stroke="var(--grid)"/>')
        parts.append(f'<text x="{x:.1f}" y="{_y(0) + 14:.1f}" text-anchor="middle">{escape(x_ticks[step])}</text>')
        if y_ticks:
            parts.append(f'<text x="{_x(0) - 5}" y="{y + 3:.1f}" text-anchor="end">{step / 4:g}</text>')
    middle = (_TOP + HEIGHT - _BOTTOM) / 2
    parts.append(f'<text x="{_x(0.5)}" y="{HEIGHT - 5}" text-anchor="middle">{escape(x_title)}</text>')
    parts.append(
        f'<text transform="rotate(-90 11 {middle})" x="11" y="{middle}" text-anchor="middle">{escape(y_title)}</text>'
    )
    return "".join(parts)


def _legend(label: str, color: str, place: int) -> str:
    """Above the plot, where no curve can run into it."""
    x = _LEFT + 110 * place
    return (
        f'<rect x="{x}" y="3" width="10" height="10" rx="2" fill="{color}"/>'
        f'<text x="{x + 15}" y="12">{escape(label)}</text>'
    )


def _note(text: str) -> str:
    return f'<text x="{_x(0.5)}" y="{_y(0.5)}" text-anchor="middle">{escape(text)}</text>'


def _x(share: float) -> float:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def _svg(parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{"".join(parts)}</svg>'
