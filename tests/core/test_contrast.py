"""Raising contrast changes what people see, never an order, the limit, or what is not a number."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.core.contrast import HIGHEST_CONTRAST, choose_contrast, lower_contrast, raise_contrast


@pytest.mark.parametrize("peak", [0.55, 0.8, 0.92, 0.96])
def test_a_usual_good_peak_comes_to_half_the_limit(peak):
    raised = raise_contrast(np.float32([peak, 1.0]), choose_contrast(peak))
    assert raised == pytest.approx([0.5, 1.0], abs=1e-5)


@pytest.mark.parametrize(
    ("peak", "contrast"), [(0.2, 1.0), (0.5, 1.0), (0.99, HIGHEST_CONTRAST), (1.3, HIGHEST_CONTRAST)]
)
def test_contrast_is_never_lowered_and_has_an_end(peak, contrast):
    assert choose_contrast(peak) == contrast


@given(
    st.lists(st.floats(0.05, 5), min_size=2, max_size=20),
    st.floats(1, HIGHEST_CONTRAST),
)
def test_order_and_limit_stay(shares, contrast):
    values = np.sort(np.float32(shares))
    raised = raise_contrast(values, contrast)
    assert (np.diff(raised) >= 0).all()
    assert ((raised > 1) == (values > 1)).all()
    assert raised.dtype == np.float32


def test_what_is_not_finite_stays_so():
    raised = raise_contrast(np.float32([np.nan, np.inf, 0.0]), 8.0)
    assert math.isnan(raised[0])
    assert math.isinf(raised[1])
    assert raised[2] == 0


@given(st.floats(0.05, 5), st.floats(1, HIGHEST_CONTRAST))
def test_lowering_undoes_raising(share, contrast):
    raised = float(raise_contrast(np.float32([share]), contrast)[0])
    assert lower_contrast(raised, contrast) == pytest.approx(share, rel=2e-3)
