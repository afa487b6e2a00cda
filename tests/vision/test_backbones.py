import json
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch import Tensor

from inspector.core.errors import InvalidInput, OperationalError
from inspector.vision.backbones import (
    ABOUT,
    FILE,
    FOLDER,
    find_backbone,
    import_backbone,
    read_backbone,
    stored_backbones,
)
from inspector.vision.networks.backbone import build_encoder
from inspector.vision.networks.config import Backbone, PaddingMode
from inspector.vision.networks.encoder import IMAGENET_INPUT, UNIT_INPUT, InputStatistics
from inspector.vision.networks.lite0 import LITE0_INPUT, LITE0_WEIGHTS_SHA256
from inspector.vision.store import FolderModelStore
from inspector.vision.weight_files import InvalidWeights

B4 = Backbone.EFFICIENTNET_B4


def weights(seed: int = 0, backbone: Backbone = B4) -> dict[str, Tensor]:
    torch.manual_seed(seed)
    state = dict(build_encoder(backbone, (1, 2, 3, 4), PaddingMode.ZEROS).state_dict())
    return {**state, "conv_head.weight": torch.zeros(4), "classifier.bias": torch.zeros(1000)}


def saved(path: Path, state: dict[str, Tensor]) -> Path:
    if path.suffix == ".safetensors":
        safetensors.torch.save_file(state, path)
    else:
        torch.save(state, path)
    return path


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("source") / "b4.safetensors", weights())


def test_imported_weights_come_back_without_what_nobody_needs(tmp_path: Path, source: Path) -> None:
    record, written = import_backbone(tmp_path, source, "efficientnet_b4.ra2_in1k")
    assert written
    assert (record.backbone, record.source, record.statistics) == (B4, "b4.safetensors", IMAGENET_INPUT)
    found = find_backbone(tmp_path, B4)
    assert found.record == record
    assert "classifier.bias" not in found.state
    given = weights()
    assert all(torch.equal(value, given[name]) for name, value in found.state.items())
    assert stored_backbones(tmp_path) == (tmp_path / FOLDER / "efficientnet_b4",)
    assert sorted(path.name for path in (tmp_path / FOLDER).iterdir()) == ["efficientnet_b4"]
    assert FolderModelStore([tmp_path]).list() == ()  # not mistaken for a model


@pytest.mark.parametrize(
    ("name", "backbone", "statistics"),
    [
        ("tf_efficientnet_b4", Backbone.TF_EFFICIENTNET_B4, IMAGENET_INPUT),
        ("tf_efficientnet_b4.ap_in1k", Backbone.TF_EFFICIENTNET_B4, UNIT_INPUT),
    ],
)
def test_the_name_says_which_network_and_what_it_wants_to_see(
    tmp_path: Path, source: Path, name: str, backbone: Backbone, statistics: InputStatistics
) -> None:
    import_backbone(tmp_path, source, name)
    assert find_backbone(tmp_path, backbone).record.statistics == statistics
    with pytest.raises(OperationalError, match="RCP-001"):
        find_backbone(tmp_path, B4)


def test_what_the_file_says_about_itself_counts_more(tmp_path: Path) -> None:
    path = tmp_path / "b4.safetensors"
    metadata = {"mean": json.dumps([0.4, 0.4, 0.4]), "std": json.dumps([0.3, 0.3, 0.3])}
    safetensors.torch.save_file(weights(), path, metadata)
    record, _ = import_backbone(tmp_path, path, "efficientnet_b4")
    assert record.statistics == InputStatistics((0.4, 0.4, 0.4), (0.3, 0.3, 0.3))


def test_half_precision_and_missing_counters_are_no_obstacle(tmp_path: Path) -> None:
    state = {
        name: value.half() if value.is_floating_point() else value
        for name, value in weights().items()
        if not name.endswith("num_batches_tracked")
    }
    import_backbone(tmp_path, saved(tmp_path / "b4.pth", {"state_dict": state}), "efficientnet_b4")
    found = find_backbone(tmp_path, B4).state
    assert found["conv_stem.weight"].dtype == torch.float32
    assert int(found["bn1.num_batches_tracked"]) == 0
    build_encoder(B4, (1, 2, 3, 4), PaddingMode.ZEROS).load(found)


def test_every_problem_of_a_file_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    state = weights()
    del state["blocks.1.0.se.conv_reduce.weight"]
    state["conv_stem.weight"] = torch.zeros(32, 3, 3, 3)
    state["bn1.bias"] = torch.full((48,), float("nan"))
    state["bn1.running_var"] = -torch.ones(48)
    state["bn1.weight"] = torch.ones(48, dtype=torch.int32)
    models = tmp_path / "models"
    with pytest.raises(InvalidWeights) as raised:
        import_backbone(models, saved(tmp_path / "b4.pth", state), "efficientnet_b4")
    assert sorted(problem.split(" ", 1) for problem in raised.value.problems) == [
        ["blocks.1.0.se.conv_reduce.weight", "is missing"],
        ["bn1.bias", "holds values that are not finite"],
        ["bn1.running_var", "holds negative variances"],
        ["bn1.weight", "is torch.int32"],
        ["conv_stem.weight", "has shape (32, 3, 3, 3), not (48, 3, 3, 3)"],
    ]
    assert not models.exists()


def test_an_unknown_name_lists_the_known(tmp_path: Path, source: Path) -> None:
    with pytest.raises(InvalidWeights, match=r"'resnet50' is not one of efficientnet_lite0.*tf_efficientnet_b4"):
        import_backbone(tmp_path, source, "resnet50")


def test_other_weights_are_only_replaced_when_asked(tmp_path: Path, source: Path) -> None:
    first, _ = import_backbone(tmp_path, source, "efficientnet_b4")
    assert import_backbone(tmp_path, source, "efficientnet_b4") == (first, False)
    other = saved(tmp_path / "other.pth", weights(seed=1))
    with pytest.raises(InvalidInput, match=r"holds other weights, efficientnet_b4 from b4\.safetensors; --replace"):
        import_backbone(tmp_path, other, "efficientnet_b4")
    assert find_backbone(tmp_path, B4).record == first
    second, written = import_backbone(tmp_path, other, "efficientnet_b4", replace=True)
    assert written
    assert find_backbone(tmp_path, B4).record == second != first
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == ["efficientnet_b4"]


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path, source: Path) -> None:
    (tmp_path / FOLDER).write_text("in the way")
    with pytest.raises(OperationalError, match="DAT-002"):
        import_backbone(tmp_path, source, "efficientnet_b4")


@pytest.mark.promise("R-31")
@pytest.mark.parametrize(
    ("file", "change", "match"),
    [
        (FILE, lambda content: content[:-1] + bytes([content[-1] ^ 1]), "the SHA-256 of backbone.safetensors"),
        (ABOUT, lambda content: content.replace(b'backbone = "efficientnet_b4"', b'backbone = "vit"'), "vit"),
        (ABOUT, lambda content: content.replace(b"schema = 1", b"schema = 2"), "schema 2 is not 1"),
        (ABOUT, lambda content: content.replace(b"0.485", b"nan"), "three numbers"),
        (ABOUT, lambda content: content.replace(b"0.229", b"-1.0"), "three numbers"),
        (ABOUT, lambda _: b"\xff", "UnicodeDecodeError"),
        (ABOUT, lambda _: b"schema = 1", "KeyError"),
    ],
)
def test_a_stored_backbone_that_was_altered_is_refused(
    tmp_path: Path, source: Path, file: str, change: object, match: str
) -> None:
    import_backbone(tmp_path, source, "efficientnet_b4")
    path = tmp_path / FOLDER / "efficientnet_b4" / file
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(OperationalError, match=match) as raised:
        read_backbone(path.parent)
    assert raised.value.code == "RCP-002"
    assert "--replace" in raised.value.hint


def test_lite0_ships_and_may_be_replaced(tmp_path: Path) -> None:
    shipped = find_backbone(tmp_path, Backbone.EFFICIENTNET_LITE0)
    assert (shipped.record.source_sha256, shipped.record.statistics) == (LITE0_WEIGHTS_SHA256, LITE0_INPUT)
    own = saved(tmp_path / "lite0.pth", weights(backbone=Backbone.EFFICIENTNET_LITE0))
    record, _ = import_backbone(tmp_path, own, "efficientnet_lite0")
    assert find_backbone(tmp_path, Backbone.EFFICIENTNET_LITE0).record == record


def test_a_backbone_that_nobody_imported_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(OperationalError, match="no weights of the backbone tf_efficientnet_b4") as raised:
        find_backbone(tmp_path, Backbone.TF_EFFICIENTNET_B4)
    assert "models import-backbone FILE --arch tf_efficientnet_b4" in raised.value.hint
