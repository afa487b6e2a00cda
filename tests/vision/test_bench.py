"""The measuring itself: what it reports, for which tiles. Speed is judged where a machine is quiet."""

from pathlib import Path

import pytest

from inspector.core.errors import InvalidRecipe
from inspector.core.geometry import Size
from inspector.vision.bench import draw_frame, run_bench
from inspector.vision.device import DeviceChoice
from inspector.vision.store import write_model
from tests.support.vision import tiny_detector, tiny_manifest, tiny_self_test


def test_reports_every_number_of_the_contract(tmp_path: Path) -> None:
    write_model(tmp_path, tiny_manifest(), tiny_detector().state_dict(), tiny_self_test(), "# Tiny")
    found = run_bench(tmp_path / "tiny/1", Size(120, 200), frames=3, device=DeviceChoice.CPU, threads=2)
    assert found["frame"] == "200x120"
    assert found["tiles"] == 10 * 5
    assert found["runtime"].startswith("openvino")
    assert set(found["stages_ms"]) == {"resize", "tiles", "model", "blend", "regions"}
    for key in ("bare_model_ms", "ratio_to_bare_model", "torch_eager_ms", "peak_memory_mb"):
        assert found[key] > 0
    assert 0 < found["ms"]["p50"] <= found["ms"]["p99"]
    assert found["product"] == "cap"
    roofline = found["roofline"]
    assert roofline["mmac_per_tile"]["total"] == pytest.approx(
        sum(roofline["mmac_per_tile"][part] for part in ("backbone", "head", "memory")), abs=0.2
    )
    tiles_gflop = 2 * roofline["mmac_per_tile"]["total"] * found["tiles"] / 1e3
    assert roofline["model_gflops"] == pytest.approx(tiles_gflop / found["bare_model_ms"] * 1e3, rel=0.02)
    assert roofline["share"] == pytest.approx(roofline["model_gflops"] / roofline["attainable_gflops"], rel=0.02)
    assert roofline["model_ms"] == pytest.approx(found["bare_model_ms"] * roofline["share"], rel=0.02)


def test_the_drawn_frame_is_the_same_every_time() -> None:
    assert (draw_frame(Size(100, 150)) == draw_frame(Size(100, 150))).all()
    assert draw_frame(Size(1, 1)).shape == (1, 1, 3)


def test_a_senseless_scale_is_refused() -> None:
    with pytest.raises(InvalidRecipe):
        run_bench(None, Size(3000, 4000), scale=9.0)
