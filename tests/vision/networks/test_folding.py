"""A folded encoder gives what it gave before, whatever its padding and its convention."""

import copy

import pytest
import torch
from torch import nn

from inspector.vision.networks.backbone import build_encoder
from inspector.vision.networks.config import Backbone, PaddingMode
from inspector.vision.networks.folding import fold_batch_norms, folded
from tests.support.vision import tiny_detector


@pytest.mark.parametrize("padding", list(PaddingMode))
@pytest.mark.parametrize("backbone", [Backbone.EFFICIENTNET_LITE0, Backbone.EFFICIENTNET_B4])
@torch.no_grad()
def test_folded_features_are_the_same(backbone: Backbone, padding: PaddingMode) -> None:
    torch.manual_seed(3)
    encoder = build_encoder(backbone, (1, 2, 3, 4), padding)
    norms = [module for module in encoder.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:  # fresh ones change nothing, so that folding them wrongly would not show
        nn.init.uniform_(norm.weight, 0.5, 1.5)
        nn.init.normal_(norm.bias, std=0.2)
        norm.running_mean = torch.randn(norm.num_features) * 0.1
        norm.running_var = torch.rand(norm.num_features) + 0.5
    folded = copy.deepcopy(encoder)
    assert fold_batch_norms(folded) == len(norms) > 20
    assert not any(isinstance(module, nn.BatchNorm2d) for module in folded.modules())
    assert sum(isinstance(module, nn.BatchNorm2d) for module in encoder.modules()) == len(norms)
    x = torch.randn(2, 3, 64, 64)
    for wanted, found in zip(encoder(x), folded(x), strict=True):
        assert float(wanted.std()) > 1e-3
        torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-4 * float(wanted.abs().max()))


def test_folding_twice_finds_nothing_more() -> None:
    encoder = build_encoder(Backbone.EFFICIENTNET_LITE0, (1, 2), PaddingMode.REFLECT)
    assert fold_batch_norms(encoder) > 0
    assert fold_batch_norms(encoder) == 0


@torch.no_grad()
def test_a_folded_detector_knows_what_the_other_learns() -> None:
    detector = tiny_detector(1)
    before = detector.state_dict()
    twin = folded(detector)
    assert sum(isinstance(module, nn.BatchNorm2d) for module in twin.encoder.modules()) == 0
    assert detector.state_dict().keys() == before.keys()
    side = detector.config.input_size
    x, product = torch.rand(2, 3, side, side) * 2 - 1, torch.zeros(2, dtype=torch.int64)
    maps = detector(x, product)
    torch.testing.assert_close(twin(x, product), maps, rtol=1e-3, atol=1e-3 * float(maps.max()))
    detector.memory.remember(0, detector.features(x[:1])[0])
    detector.fuser.set_statistics(torch.zeros(detector.config.channels), torch.ones(detector.config.channels))
    assert not torch.allclose(detector(x, product), maps, rtol=0.1)
    torch.testing.assert_close(twin(x, product), detector(x, product), rtol=1e-3, atol=1e-3 * float(maps.max()))
