"""Device code held against the host's: resampling, joining, cutting off, and whole frames; on the processor here."""

import contextlib
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from inspector.core.geometry import Polygon, Size
from inspector.core.recipe import Framing
from inspector.vision import tensor_engine
from inspector.vision.host_engine import HostEngine
from inspector.vision.preprocess import mirror_extend, mirror_indices, resize
from inspector.vision.runtimes import TorchRuntime
from inspector.vision.tensor_engine import (
    WARM_UP,
    TensorEngine,
    clip_at_peak,
    halve_weights,
    make_blend_table,
    make_taps,
    resample,
)
from inspector.vision.tiles import ModelGeometry, peak_windows, plan_frame
from inspector.vision.tiles import clip_at_peak as clip_on_host
from inspector.vision.turns import Turn
from tests.support.vision import (
    FRAMES,
    SQUARE,
    TINY_PX,
    draw_image,
    tiny_detector,
    tiny_recipe,
    tiny_self_test,
)

GEOMETRY = ModelGeometry(TINY_PX, 8)
CPU = torch.device("cpu")


@given(length=st.integers(1, 40), more=st.integers(0, 200))
def test_mirror_indices_are_opencv_s(length: int, more: int) -> None:
    line = np.arange(length, dtype=np.uint8)[None]
    assert np.array_equal(
        mirror_extend(line, Size(1, length + more))[0], line[0][mirror_indices(length, length + more)]
    )


@FRAMES
def test_tensor_resampling_equals_opencv_to_one_gray_level(height: int, width: int, scale: float) -> None:
    image = draw_image(height, width, np.random.default_rng(5))
    plan = plan_frame(tiny_recipe(Framing.TILES, scale=scale), Size(height, width), GEOMETRY)
    assert plan.grid is not None
    scaled, padded = plan.grid.image_size, plan.grid.padded_size
    rows = make_taps(height, scaled.height, padded.height, CPU)
    columns = make_taps(width, scaled.width, padded.width, CPU)
    found = resample(torch.from_numpy(image).float(), rows, columns).numpy()
    wanted = mirror_extend(resize(image, scaled), padded)
    assert np.abs(found - wanted).max() <= 1
    assert np.abs(found - wanted).mean() < 0.15


@given(height=st.integers(1, 400), width=st.integers(1, 400), overlap=st.integers(1, 7), cut=st.booleans())
def test_the_blend_table_equals_the_reference(height: int, width: int, overlap: int, cut: bool) -> None:
    ignore = (Polygon(((0, 0), (width / 3, 0), (width / 3, height))),) if cut else ()
    plan = plan_frame(tiny_recipe(Framing.TILES, overlap_px=overlap * 8, ignore=ignore), Size(height, width), GEOMETRY)
    assert plan.grid is not None
    values = np.random.default_rng(height * 401 + width).random((plan.grid.count, 8, 8), np.float32)
    found = make_blend_table(plan.grid, CPU).blend(torch.from_numpy(values)).numpy()
    np.testing.assert_allclose(found, plan.grid.blend(values), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("framing", list(Framing))
@pytest.mark.parametrize("gray", [False, True])
@pytest.mark.parametrize("product", [0, 1, 2])
@pytest.mark.parametrize("second_look", [None, Turn.LEFT_RIGHT, Turn.HALF])
def test_the_tensor_engine_says_what_the_host_says(
    framing: Framing, gray: bool, product: int, second_look: Turn | None
) -> None:
    detector = tiny_detector(3)
    image = draw_image(210, 150, np.random.default_rng(6))
    if gray:
        image = np.ascontiguousarray(image[..., 1])
    geometry = ModelGeometry(TINY_PX, 8, 0, (3.0, 3.0))
    plan = plan_frame(tiny_recipe(framing, ignore=(SQUARE,)), Size(210, 150), geometry, second_look)
    host = HostEngine(TorchRuntime(detector, detector.input_statistics))
    tensor = TensorEngine(detector, detector.input_statistics, CPU)
    for engine in (host, tensor):
        engine.prepare(plan, product)
    wanted, found = host.views(image), tensor.views(image)
    for left, right in ((found.tiles, wanted.tiles), (found.whole, wanted.whole)):
        assert (left is None) == (right is None)
        if left is not None and right is not None:
            # Tiles at scale 1 are the same pixels; the squashed picture differs by a gray level here and there.
            tolerance = 1e-4 if framing is Framing.TILES else 0.02
            np.testing.assert_allclose(left, right, atol=tolerance * right.max())
    tensor.run_bare()
    host.close()
    tensor.close()


@pytest.mark.parametrize(("height", "width"), [(8, 8), (8, 100), (100, 7)])
def test_frames_of_a_single_row_or_column_of_cells_work_in_both_engines(height: int, width: int) -> None:
    detector = tiny_detector()
    image = draw_image(height, width, np.random.default_rng(6))
    plan = plan_frame(tiny_recipe(Framing.TILES), Size(height, width), GEOMETRY)
    assert 1 in plan.map_shape
    found = []
    for engine in (
        HostEngine(TorchRuntime(detector, detector.input_statistics)),
        TensorEngine(detector, detector.input_statistics, CPU),
    ):
        engine.prepare(plan, 0)
        found.append(engine.views(image).tiles)
        engine.close()
    np.testing.assert_allclose(found[0], found[1], rtol=1e-4)


@given(
    height=st.integers(1, 12),
    width=st.integers(1, 12),
    blocked=st.floats(0, 1),
    side=st.sampled_from([1, 2, 3, 4]),
    seed=st.integers(0, 9999),
)
def test_maps_are_cut_off_as_on_the_host(height: int, width: int, blocked: float, side: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    area = random.random((height, width)) >= blocked
    values = np.where(area, random.gamma(2.0, 1.0, (height, width)), 0).astype(np.float32)
    windows = peak_windows(area, side)
    wanted = clip_on_host(values, windows)
    found = clip_at_peak(torch.from_numpy(values), torch.from_numpy(windows), side).numpy()
    np.testing.assert_allclose(found, wanted, rtol=1e-6)
    assert (wanted <= values).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("place", [(2, 3), (0, 0), (5, 8)])
@pytest.mark.parametrize("side", [2, 4])
def test_cutting_hides_nothing_that_is_not_finite(bad: float, place: tuple[int, int], side: int) -> None:
    values, area = np.random.default_rng(1).random((6, 9), np.float32), np.ones((6, 9), np.bool_)
    area[4:, 7:] = [[False, False], [False, True]]  # the last cell alone lies in no window
    values[place] = bad
    found = clip_at_peak(torch.from_numpy(values), torch.from_numpy(peak_windows(area, side)), side).numpy()
    assert not np.isfinite(found[place])


def test_stored_tiles_of_several_products_come_out_as_in_torch() -> None:
    detector, stored = tiny_detector(3), tiny_self_test(3)
    engine = TensorEngine(detector, detector.input_statistics, CPU)
    engine.prepare(plan_frame(tiny_recipe(), Size(64, 64), GEOMETRY), 2)
    np.testing.assert_allclose(engine.check(stored), stored.maps, rtol=1e-4)
    assert engine.reference(stored) is stored.maps
    engine.close()


def test_halved_weights_are_those_that_autocast_makes() -> None:
    detector, stored = tiny_detector(3), tiny_self_test(3)
    engine = TensorEngine(detector, detector.input_statistics, CPU)
    engine._dtype = torch.bfloat16
    wanted = engine.check(stored)
    assert engine._network is not None
    halve_weights(engine._network, torch.bfloat16)
    np.testing.assert_array_equal(engine.check(stored), wanted)
    head = engine._network.detector.head
    assert head.input_projection.weight.dtype is torch.bfloat16
    assert head.norm.weight.dtype is head.queries.dtype is torch.float32
    assert next(detector.parameters()).dtype is torch.float32  # the engine's own copy alone
    engine.close()


def test_a_device_that_only_emulates_bfloat16_is_asked_for_float16(monkeypatch: pytest.MonkeyPatch) -> None:
    detector, stored = tiny_detector(3), tiny_self_test(3)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation)
    engine = TensorEngine(detector, detector.input_statistics, CPU)
    engine._choose_precision(stored, 1.0)
    assert engine.name == "torch fp16"
    engine.close()


def test_a_recording_is_warmed_up_aside_and_made_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What torch is asked for, on a machine that has no CUDA device."""
    said: list[str] = []
    engine = TensorEngine(tiny_detector(), tiny_detector().input_statistics, CPU)
    engine._device = torch.device("cuda")

    class Stream:
        def __init__(self, *_: object) -> None: ...

        def wait_stream(self, _: object) -> None:
            said.append("wait")

    class Graph:
        def replay(self) -> None:
            said.append("replay")

    @contextlib.contextmanager
    def graph(_: Graph, *, pool: object, capture_error_mode: str) -> Iterator[None]:
        assert tensor_engine._RECORDING.locked()
        said.append(f"record {pool} {capture_error_mode}")
        yield
        said.append("recorded")

    monkeypatch.setattr(torch.cuda, "Stream", Stream)
    monkeypatch.setattr(torch.cuda, "current_stream", Stream)
    monkeypatch.setattr(torch.cuda, "stream", lambda _: contextlib.nullcontext())
    monkeypatch.setattr(torch.cuda, "CUDAGraph", Graph)
    monkeypatch.setattr(torch.cuda, "graph", graph)
    replay = engine._record(lambda: said.append("work"), "pool")
    replay()
    recorded = ["record pool thread_local", "work", "recorded"]
    assert said == ["wait", *["work"] * WARM_UP, "wait", *recorded, "replay"]
    assert not tensor_engine._RECORDING.locked()
