"""What OpenVINO leaves out, and that nothing but the time tells."""

import numpy as np
import pytest

from inspector.vision.openvino_graph import convert, leave_out
from inspector.vision.runtimes import OpenVinoRuntime, PixelDetector, TorchRuntime, choose_batch
from inspector.vision.selftest import compare_maps
from tests.support.vision import draw_tiles, in_turn, new_detector, tiny_detector

BOTH, MEMORY, NETWORK = range(3)
"""Products of `tiny_detector`, by what judges them."""


@pytest.mark.parametrize("product", [BOTH, MEMORY, NETWORK])
def test_a_product_alone_gives_what_it_gives_among_others(product: int) -> None:
    detector, tiles = tiny_detector(3), draw_tiles(6, seed=11)
    wanted = TorchRuntime(detector, detector.input_statistics)
    runtime = OpenVinoRuntime(detector, detector.input_statistics, threads=2)
    wanted.prepare(6, product)
    runtime.prepare(6, product)
    assert (runtime.products == product).all()
    alone = runtime.run(tiles).copy()
    assert compare_maps(alone, wanted.run(tiles)).exact
    runtime.products[:3] = in_turn(3, 3)  # now every part is needed
    wanted.products[:3] = in_turn(3, 3)
    mixed = runtime.run(tiles)
    assert compare_maps(mixed, wanted.run(tiles)).exact
    np.testing.assert_allclose(mixed[3:], alone[3:], rtol=1e-4)


def test_what_judges_alone_runs_alone() -> None:
    detector = tiny_detector(3)
    whole = convert(PixelDetector(detector, detector.input_statistics), detector.config.input_size)
    memory, network = leave_out(whole, residual=True), leave_out(whole, residual=False)

    def scopes(model: object) -> set[str]:
        names = [node.get_friendly_name() for node in model.get_ordered_ops()]  # type: ignore[attr-defined]
        parts = {"encoder": ".encoder", "head": ".head", "distance": ".memory.tokens", "detail": ".memory.detail"}
        return {part for part, scope in parts.items() if any(scope in name for name in names)}

    assert scopes(whole) == {"encoder", "head", "distance", "detail"}
    assert scopes(memory) == {"encoder", "distance", "detail"}
    assert scopes(network) == {"encoder", "head", "detail"}


def test_torch_rebuilds_only_what_the_residual_counts_for() -> None:
    detector = tiny_detector(3)
    rebuilt: list[int] = []
    detector.head.register_forward_hook(lambda *_: rebuilt.append(1))
    runtime = TorchRuntime(detector, detector.input_statistics)
    for product, wanted in ((MEMORY, 0), (BOTH, 1), (NETWORK, 1)):
        rebuilt.clear()
        runtime.prepare(2, product)
        runtime.run(draw_tiles(2))
        assert len(rebuilt) == wanted
    runtime.products[:] = [MEMORY, BOTH]
    rebuilt.clear()
    runtime.run(draw_tiles(2))
    assert len(rebuilt) == 1


def test_a_product_s_graph_is_compiled_once() -> None:
    detector = tiny_detector(3)
    runtime = OpenVinoRuntime(detector, detector.input_statistics, threads=1)
    for product in (BOTH, MEMORY, NETWORK, MEMORY, BOTH):
        runtime.prepare(2, product)
        runtime.run(draw_tiles(2))
    assert len(runtime._compiled) == 3


def test_loaded_weights_know_what_they_remember() -> None:
    """What follows from the tokens is not stored, so it has to follow after loading, too."""
    tiles, products = draw_tiles(3, seed=12), in_turn(3, 3)
    maps = []
    for detector in (tiny_detector(3), new_detector(3)):
        runtime = TorchRuntime(detector, detector.input_statistics)
        runtime.prepare(3)
        runtime.products[:] = products
        maps.append(runtime.run(tiles))
    np.testing.assert_array_equal(maps[0], maps[1])


@pytest.mark.parametrize(
    ("tiles", "threads", "batch", "streams"),
    [(1, 4, 1, 1), (3, 4, 1, 3), (9, 2, 1, 2), (16, 2, 2, 2), (31, 4, 1, 4), (32, 4, 2, 4), (7, 1, 1, 1), (8, 1, 2, 1)],
)
def test_one_tile_gets_every_thread_and_many_a_stream_for_each(
    tiles: int, threads: int, batch: int, streams: int
) -> None:
    """Shortest latency for a frame of one tile, highest throughput for a frame of many."""
    assert choose_batch(tiles, threads) == (batch, streams)
