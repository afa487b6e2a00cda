"""What every runtime keeps, whichever library runs the network."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from inspector.vision.runtimes import OpenVinoRuntime, Runtime, TorchRuntime
from inspector.vision.selftest import compare_maps
from tests.support.vision import TINY_PX, draw_tiles, in_turn, tiny_detector, tiny_self_test

CELLS = TINY_PX // 8


def _torch() -> Runtime:
    detector = tiny_detector(3)
    return TorchRuntime(detector, detector.input_statistics)


def _openvino() -> Runtime:
    detector = tiny_detector(3)
    return OpenVinoRuntime(detector, detector.input_statistics, threads=2)


@pytest.fixture(params=[_torch, _openvino], ids=["torch", "openvino"], scope="module")
def runtime(request: pytest.FixtureRequest) -> Iterator[Runtime]:
    make: Callable[[], Runtime] = request.param
    made = make()
    yield made
    made.close()


def test_equals_the_torch_detector_in_float32(runtime: Runtime) -> None:
    stored = tiny_self_test(3)
    runtime.prepare(len(stored.tiles))
    runtime.products[:] = stored.products
    maps = runtime.run(stored.tiles)
    assert maps.dtype == np.float32
    assert maps.shape == (16, CELLS, CELLS)
    assert compare_maps(maps, stored.maps).cell < 1e-4


@pytest.mark.parametrize("count", [1, 2, 3, 7, 16, 33])
def test_every_number_of_tiles_gives_what_each_tile_gives_alone(runtime: Runtime, count: int) -> None:
    tiles = draw_tiles(count, seed=3)
    runtime.prepare(count)
    runtime.products[:] = numbers = in_turn(count, 3)
    together = runtime.run(tiles).copy()
    runtime.prepare(1)
    alone = []
    for tile, number in zip(tiles, numbers, strict=True):
        runtime.products[:] = number
        alone.append(runtime.run(tile[None]).copy())
    assert compare_maps(together, np.concatenate(alone)).cell < 1e-4


def test_input_filled_in_place_needs_no_copy(runtime: Runtime) -> None:
    stored = tiny_self_test(3)
    runtime.prepare(16)
    runtime.input[:] = stored.tiles
    runtime.products[:] = stored.products
    assert compare_maps(runtime.run(runtime.input), stored.maps).cell < 1e-4


def test_repeats_itself_to_the_bit(runtime: Runtime) -> None:
    tiles = draw_tiles(5)
    runtime.prepare(5)
    first = runtime.run(tiles).copy()
    assert np.array_equal(runtime.run(tiles), first)


@pytest.mark.parametrize("count", [1, 5])
def test_preparing_again_forgets_the_products(runtime: Runtime, count: int) -> None:
    tiles = draw_tiles(count)
    runtime.prepare(count)
    assert runtime.products.dtype == np.int32
    assert runtime.products.tolist() == [0] * count
    first = runtime.run(tiles).copy()
    runtime.products[:] = 1
    assert not np.allclose(runtime.run(tiles), first, rtol=0.01)
    runtime.prepare(count)
    assert runtime.products.tolist() == [0] * count
    assert np.array_equal(runtime.run(tiles), first)


def test_refuses_another_shape_than_prepared(runtime: Runtime) -> None:
    runtime.prepare(2)
    with pytest.raises(ValueError, match="expected uint8 tiles"):
        runtime.run(draw_tiles(3))
    with pytest.raises(ValueError, match="expected uint8 tiles"):
        runtime.run(draw_tiles(2).astype(np.float32))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least one tile"):
        runtime.prepare(0)


def test_lets_other_threads_of_python_run_meanwhile(runtime: Runtime) -> None:
    tiles = np.zeros((96, TINY_PX, TINY_PX, 3), np.uint8)
    runtime.prepare(96)
    begun, ended = threading.Event(), threading.Event()
    seen = 0

    def work() -> None:
        begun.set()
        runtime.run(tiles)
        ended.set()

    worker = threading.Thread(target=work)
    worker.start()
    begun.wait()
    while not ended.is_set():
        seen += 1
        time.sleep(0)
    worker.join()
    # While the lock is held this loop cannot turn; a few turns may fall before and after.
    assert seen > 20


def test_closes_twice() -> None:
    for made in (_torch(), _openvino()):
        made.prepare(1)
        made.close()
        made.close()
        with pytest.raises(ValueError, match=r"closed|expected"):
            made.run(draw_tiles(1))


def test_a_single_tile_and_many_use_other_streams_but_agree(runtime: Runtime) -> None:
    names = {runtime.name, runtime.device}
    assert all(names)
    assert runtime.tile_px == TINY_PX
