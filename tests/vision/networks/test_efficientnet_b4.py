"""The second backbone: its shapes, its numbers by formula, and that its two kinds of weights are told apart."""

import math

import pytest
import torch
from torch import Tensor, nn

from inspector.vision.networks.config import PaddingMode
from inspector.vision.networks.efficientnet import Convention, SqueezeExcite, build_stages
from inspector.vision.networks.efficientnet_b4 import B4, B4_STAGES, EfficientNetB4

TAPS = ((24, 2), (32, 4), (56, 8), (160, 16))
BUILT = 3_635_984
"""Parameters up to level 4: stem and batch norm 1 392, stages 4 146 + 66 238 + 197 586 + 1 059 898 + 2 306 724."""
WHOLE = 19_341_616
"""Published size of the whole network, classifier included."""


def parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def block_parameters(channels_in: int, channels: int, kernel: int, expand: int) -> int:
    """A block's parameters by its formula."""
    inner, squeezed = channels_in * expand, channels_in // 4
    expansion = channels_in * inner + 2 * inner if expand > 1 else 0
    depthwise = inner * kernel**2 + 2 * inner
    excite = inner * squeezed + squeezed + squeezed * inner + inner
    return expansion + depthwise + excite + inner * channels + 2 * channels


def seeded(encoder: EfficientNetB4) -> EfficientNetB4:
    """Weights and running statistics that every machine draws alike, and that neither vanish nor explode."""
    generator = torch.Generator().manual_seed(4)
    state: dict[str, Tensor] = {}
    for name, value in encoder.state_dict().items():
        if name.endswith("num_batches_tracked"):
            state[name] = value
        elif name.endswith("running_var") or ("bn" in name and name.endswith("weight")):
            state[name] = 0.5 + torch.rand(value.shape, generator=generator)
        elif value.ndim == 4:
            state[name] = torch.randn(value.shape, generator=generator) * math.sqrt(2 / value[0].numel())
        else:
            state[name] = torch.randn(value.shape, generator=generator) * 0.1
    encoder.load(state)
    return encoder


def drawn_tile(side: int = 64) -> Tensor:
    rows, cols = torch.meshgrid(torch.linspace(0, 9, side), torch.linspace(0, 5, side), indexing="ij")
    return torch.stack([rows.sin(), (rows * cols / 3).cos(), cols.sin()])[None]


@pytest.mark.parametrize("size", [224, 256])
@pytest.mark.parametrize("convention", list(Convention))
@pytest.mark.parametrize("padding", list(PaddingMode))
def test_taps_have_their_channels_and_grids(size: int, convention: Convention, padding: PaddingMode) -> None:
    encoder = EfficientNetB4(padding=padding, convention=convention)
    with torch.inference_mode():
        taps = encoder(torch.randn(1, 3, size, size))
    assert [tuple(tap.shape) for tap in taps] == [
        (1, channels, size // stride, size // stride) for channels, stride in TAPS
    ]
    assert [(spec.channels, spec.stride) for spec in encoder.specs] == list(TAPS)


def test_taps_are_blocks_1_5_9_and_21_of_32() -> None:
    ends = [sum(stage.blocks for stage in B4_STAGES[: index + 1]) - 1 for index in range(7)]
    assert [ends[stage] for stage in (0, 1, 2, 4)] == [1, 5, 9, 21]
    assert ends[-1] == 31
    assert sum(len(stage) for stage in EfficientNetB4().blocks) == 22  # those behind the last tap are not built
    assert sum(len(stage) for stage in EfficientNetB4(levels=(1, 2)).blocks) == 6


def test_parameters_are_those_of_the_paper() -> None:
    by_formula = []
    channels = 48
    for stage in B4_STAGES:
        total = 0
        for _ in range(stage.blocks):
            total += block_parameters(channels, stage.channels, stage.kernel, stage.expand)
            channels = stage.channels
        by_formula.append(total)
    stem = 3 * 48 * 9 + 2 * 48
    encoder = EfficientNetB4()
    assert [parameters(stage) for stage in encoder.blocks] == by_formula[:5]
    assert parameters(encoder) == stem + sum(by_formula[:5]) == BUILT
    assert parameters(build_stages(B4, 7, PaddingMode.ZEROS)) == sum(by_formula)
    head = 448 * 1792 + 2 * 1792 + 1792 * 1000 + 1000
    assert stem + sum(by_formula) + head == WHOLE


def test_names_are_timms() -> None:
    names = set(EfficientNetB4().state_dict())
    for part in ("conv_pw.weight", "bn1.running_var", "conv_dw.weight", "bn2.bias", "se.conv_reduce.bias"):
        assert f"blocks.4.5.{part}" in names
    assert {"conv_stem.weight", "bn1.weight", "blocks.1.0.se.conv_expand.weight", "blocks.2.3.bn3.weight"} <= names
    assert "blocks.0.0.conv_pwl.weight" not in names  # the first stage does not expand
    assert not any(name.startswith(("blocks.5", "conv_head", "classifier")) for name in names)


@pytest.mark.parametrize(
    ("convention", "eps", "centres"),
    [(Convention.TENSORFLOW, 1e-3, [0.5, 1.5, 3.5, 7.5]), (Convention.TORCH, 1e-5, [-0.5, -1.5, -3.5, -7.5])],
)
def test_a_convention_sets_epsilon_and_centres(convention: Convention, eps: float, centres: list[float]) -> None:
    encoder = EfficientNetB4(convention=convention)
    assert {module.eps for module in encoder.modules() if isinstance(module, nn.BatchNorm2d)} == {eps}
    assert [spec.offset_px - (spec.stride - 1) / 2 for spec in encoder.specs] == centres


@pytest.mark.parametrize(
    ("convention", "expected"),
    [
        (Convention.TENSORFLOW, [0.54766, 0.67774, 0.61425, 1.56708]),
        (Convention.TORCH, [0.53825, 0.63745, 0.5496, 1.39096]),
    ],
)
def test_features_agree_with_stored_numbers(convention: Convention, expected: list[float]) -> None:
    # The same weights and tile gave timm 1.0.31 these lengths.
    encoder = seeded(EfficientNetB4(convention=convention))
    lengths = [float(tap.square().mean().sqrt()) for tap in encoder(drawn_tile())]
    assert lengths == pytest.approx(expected, rel=1e-4)


def test_squeeze_excitation_weighs_channels_by_the_whole_map() -> None:
    torch.manual_seed(0)
    block = SqueezeExcite(8, 2)
    x = torch.rand(1, 8, 6, 6)
    changed = x.clone()
    changed[..., 5, 5] += 3  # far from where we look
    ratio = block(x)[0, :, 0, 0] / x[0, :, 0, 0]
    assert bool(((ratio > 0) & (ratio < 1)).all())
    assert not torch.allclose(block(changed)[..., 0, 0], block(x)[..., 0, 0])


def test_stays_frozen_and_in_eval_mode() -> None:
    encoder = EfficientNetB4()
    encoder.train()
    assert not any(module.training for module in encoder.modules())
    assert not any(parameter.requires_grad for parameter in encoder.parameters())


def test_weights_that_do_not_fit_are_all_named() -> None:
    state = dict(EfficientNetB4().state_dict())
    del state["blocks.4.5.se.conv_reduce.bias"]
    state["conv_stem.weight"] = torch.zeros(32, 3, 3, 3)
    with pytest.raises(
        ValueError, match=r"blocks\.4\.5\.se\.conv_reduce\.bias is missing; conv_stem\.weight has shape"
    ):
        EfficientNetB4().load(state)
