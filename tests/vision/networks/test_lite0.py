from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from sklearn.datasets import load_sample_images
from torch import Tensor, nn
from torch.nn.functional import relu6

from inspector.vision.networks.config import PaddingMode
from inspector.vision.networks.efficientnet import Convention, PaddedConv2d, build_stages
from inspector.vision.networks.encoder import IMAGENET_INPUT as IMAGENET
from inspector.vision.networks.encoder import InputStatistics
from inspector.vision.networks.lite0 import LITE0, LITE0_INPUT, EfficientNetLite0, load_lite0_weights

EPS = 1e-3
PALACE, DAISY = 698, 985


class Classifier(nn.Module):
    """The whole Lite0 with its classifier, to ask the weights what they were trained on."""

    def __init__(self, state: dict[str, Tensor]) -> None:
        super().__init__()
        self.conv_stem = PaddedConv2d(3, 32, 3, 2, LITE0.convention, PaddingMode.ZEROS)
        self.bn1 = nn.BatchNorm2d(32, eps=EPS)
        self.blocks = build_stages(LITE0, 7, PaddingMode.ZEROS)
        self.conv_head = nn.Conv2d(320, 1280, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(1280, eps=EPS)
        self.classifier = nn.Linear(1280, 1000)
        self.load_state_dict(state)
        self.eval()

    @torch.inference_mode()
    def forward(self, x: Tensor) -> Tensor:
        x = relu6(self.bn1(self.conv_stem(x)))
        for stage in self.blocks:
            x = stage(x)
        x = relu6(self.bn2(self.conv_head(x))).mean(dim=(2, 3))
        return self.classifier(x).softmax(dim=-1)


def natural_tiles(statistics: InputStatistics) -> Tensor:
    """(2, 3, 224, 224): a Chinese temple and a flower, the middle square of each."""
    tiles = []
    for image in load_sample_images().images:
        height, width, _ = image.shape
        left = (width - height) // 2
        tile = cv2.resize(image[:, left : left + height], (224, 224), interpolation=cv2.INTER_AREA)
        tiles.append((tile.astype(np.float32) / 255 - np.float32(statistics.mean)) / np.float32(statistics.std))
    return torch.from_numpy(np.stack(tiles).transpose(0, 3, 1, 2).copy())


@pytest.fixture(scope="module")
def state() -> dict[str, Tensor]:
    return load_lite0_weights()


@pytest.fixture(scope="module")
def encoder(state: dict[str, Tensor]) -> EfficientNetLite0:
    encoder = EfficientNetLite0()
    encoder.load(state)
    return encoder


# --- what the weights want to see ---


def test_the_stem_tells_the_mean_pixel_it_was_trained_on(state: dict[str, Tensor]) -> None:
    # The stem is linear: its batch norm's running mean is the mean input times the sum of each kernel.
    kernels = state["conv_stem.weight"].sum(dim=(2, 3)).double()
    means = state["bn1.running_mean"].double()
    normalized = torch.linalg.lstsq(kernels, means[:, None]).solution[:, 0]
    assert float((kernels @ normalized - means).norm() / means.norm()) < 0.01
    pixel = normalized * torch.tensor(LITE0_INPUT.std) + torch.tensor(LITE0_INPUT.mean)
    assert pixel.tolist() == pytest.approx(IMAGENET.mean, abs=0.04)
    assert pixel[0] > pixel[1] > pixel[2]  # photographs are warm: red comes first


def test_natural_pictures_spread_behind_the_stem_as_in_training(encoder: EfficientNetLite0) -> None:
    def distortion(statistics: InputStatistics) -> float:
        with torch.inference_mode():
            stem = encoder.conv_stem(natural_tiles(statistics))
        return float((stem.var(dim=(0, 2, 3)) / encoder.bn1.running_var).log().abs().median().exp())

    assert distortion(LITE0_INPUT) < 1.5
    assert distortion(IMAGENET) > 4


def test_the_classifier_knows_what_it_sees(state: dict[str, Tensor]) -> None:
    classifier = Classifier(state)
    temple, flower = classifier(natural_tiles(LITE0_INPUT))
    assert int(temple.argmax()) == PALACE
    assert int(flower.argmax()) == DAISY
    temple_else, flower_else = classifier(natural_tiles(IMAGENET))
    assert float(flower[DAISY]) > 1.5 * float(flower_else[DAISY])
    assert float(temple[PALACE]) > float(temple_else[PALACE])


# --- the encoder ---


@pytest.mark.parametrize("size", [224, 256, 320])
@pytest.mark.parametrize("padding", list(PaddingMode))
def test_taps_have_their_channels_and_grids(size: int, padding: PaddingMode) -> None:
    encoder = EfficientNetLite0(padding=padding)
    taps = encoder(torch.randn(1, 3, size, size))
    assert [tuple(tap.shape) for tap in taps] == [
        (1, channels, size // stride, size // stride) for channels, stride in ((16, 2), (24, 4), (40, 8), (112, 16))
    ]
    assert [(spec.channels, spec.stride) for spec in encoder.specs] == [(16, 2), (24, 4), (40, 8), (112, 16)]


def test_geometric_centres_are_those_of_same_padding(encoder: EfficientNetLite0) -> None:
    off_centre = [spec.offset_px - (spec.stride - 1) / 2 for spec in encoder.specs]
    assert off_centre == [0.5, 1.5, 3.5, 7.5]


def test_centres_show_in_untrained_kernels() -> None:
    # With every tap of every kernel weighing the same, a spot is seen where the arithmetic says.
    encoder = EfficientNetLite0(levels=(1, 2, 3))
    with torch.no_grad():
        for parameter in encoder.parameters():
            if parameter.ndim == 4:
                parameter.fill_(1 / parameter[0].numel())
    x = torch.zeros(1, 3, 256, 256)
    x[..., 127:129, 127:129] = 0.1
    with torch.no_grad():
        changes = [seen - unseen for seen, unseen in zip(encoder(x), encoder(torch.zeros_like(x)), strict=True)]
    for spec, change in zip(encoder.specs, changes, strict=True):
        profile = change.abs().sum(dim=(0, 1, 2))
        centroid = float((profile * torch.arange(len(profile))).sum() / profile.sum())
        assert centroid * spec.stride + spec.offset_px == pytest.approx(127.5, abs=0.6 * spec.stride)


def test_blocks_behind_the_last_tap_are_not_built() -> None:
    assert len(EfficientNetLite0().blocks) == 5
    shallow = EfficientNetLite0(levels=(1, 3))
    assert len(shallow.blocks) == 3
    assert [tap.shape[1] for tap in shallow(torch.randn(1, 3, 64, 64))] == [16, 40]


def test_stays_frozen_and_in_eval_mode(encoder: EfficientNetLite0) -> None:
    encoder.train()
    assert not any(module.training for module in encoder.modules())
    assert not any(parameter.requires_grad for parameter in encoder.parameters())
    assert all(module.eps == EPS for module in encoder.modules() if isinstance(module, nn.BatchNorm2d))


@pytest.mark.parametrize(
    ("kernel", "stride", "expected"), [(3, 2, (0, 1)), (5, 2, (1, 2)), (3, 1, (1, 1)), (5, 1, (2, 2))]
)
def test_same_padding_is_tensorflows(kernel: int, stride: int, expected: tuple[int, int]) -> None:
    assert Convention.TENSORFLOW.padding(kernel, stride) == expected


def test_padding_changes_the_border_and_leaves_the_middle(state: dict[str, Tensor]) -> None:
    tiles = natural_tiles(LITE0_INPUT)[:1]
    maps = []
    for padding in PaddingMode:
        encoder = EfficientNetLite0(padding=padding)
        encoder.load(state)
        maps.append(encoder(tiles)[3][0])
    change = (maps[0] - maps[1]).norm(dim=0) / maps[0].norm(dim=0)  # (14, 14)
    assert float(change[7, 7]) < 0.02
    assert float(change[0].mean()) > 0.3


def test_mirrored_borders_keep_a_flat_tile_flat(state: dict[str, Tensor]) -> None:
    encoder = EfficientNetLite0(padding=PaddingMode.REFLECT)
    encoder.load(state)
    for tap in encoder(torch.full((1, 3, 64, 64), 0.3)):
        assert tap.allclose(tap[..., :1, :1].expand_as(tap), atol=1e-3)


def test_features_agree_with_stored_numbers(encoder: EfficientNetLite0) -> None:
    rows, cols = torch.meshgrid(torch.linspace(0, 9, 64), torch.linspace(0, 5, 64), indexing="ij")
    tile = torch.stack([rows.sin(), (rows * cols / 3).cos(), cols.sin()])[None]
    lengths = [float(tap.square().mean().sqrt()) for tap in encoder(tile)]
    assert lengths == pytest.approx([8.38907, 11.51447, 10.39791, 6.84927], rel=1e-4)


def test_a_batch_gives_what_single_tiles_give(encoder: EfficientNetLite0) -> None:
    tiles = torch.randn(3, 3, 64, 64)
    together = encoder(tiles)
    apart = [encoder(tile[None]) for tile in tiles]
    for level, tap in enumerate(together):
        assert tap.allclose(torch.cat([taps[level] for taps in apart]), atol=1e-3)


# --- the weight file ---


def test_every_packaged_weight_finds_its_place(state: dict[str, Tensor]) -> None:
    assert set(state) == set(Classifier(state).state_dict())
    assert len(state) == 49 * 6 + 2  # 49 convolutions with a batch norm of five values each, and the classifier's two


def test_weights_that_do_not_fit_are_all_named(state: dict[str, Tensor]) -> None:
    damaged = dict(state)
    del damaged["blocks.4.2.bn3.bias"]
    damaged["conv_stem.weight"] = torch.zeros(32, 1, 3, 3)
    with pytest.raises(ValueError, match=r"blocks\.4\.2\.bn3\.bias is missing; conv_stem\.weight has shape"):
        EfficientNetLite0().load(damaged)


def test_a_foreign_weight_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.pth"
    torch.save({"conv1.weight": torch.zeros(1)}, path)
    with pytest.raises(ValueError, match="not Lite0"):
        load_lite0_weights(path)
