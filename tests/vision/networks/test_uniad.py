import dataclasses
import itertools
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from inspector.vision.networks.attention import Attention
from inspector.vision.networks.config import (
    Backbone,
    DetectorConfig,
    NeighbourWhere,
    PositionKind,
    QueryMode,
    faithful,
    light,
)
from inspector.vision.networks.fuser import jitter
from inspector.vision.networks.uniad import DecoderLayer, EncoderLayer, UniADHead

B4 = Backbone.EFFICIENTNET_B4
SMALL = dataclasses.replace(
    light(input_size=128), hidden=32, heads=2, ffn=64, enc_layers=1, dec_layers=4, neighbour=3, dropout=0.0
)
OPEN = NeighbourWhere(enc=False, dec1=False, dec2=False)


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


# --- sizes ---


@pytest.mark.parametrize(
    ("size", "channels", "total"),
    [
        (224, 272, 7_717_392),
        (224, 192, 7_676_352),
        (224, 176, 7_668_144),
        (224, 448, 7_807_680),
        (224, 720, 7_947_216),
        (256, 272, 7_779_344),
    ],
)
def test_parameter_counts_are_the_published_ones(size: int, channels: int, total: int) -> None:
    assert count(UniADHead(faithful(B4, input_size=size), channels)) == total


def test_parameter_counts_of_the_parts() -> None:
    head = UniADHead(faithful(B4), 272)
    assert count(EncoderLayer(head.config)) == 789_760
    assert count(DecoderLayer(head.config)) + head.queries[0].numel() == 1_103_616
    assert count(head.norm) == 512
    assert count(head.position) == 3_584
    assert count(head.input_projection) == 69_888
    assert count(head.output_projection) == 69_904


def test_single_query_mode_drops_three_tables() -> None:
    layerwise = UniADHead(faithful(), 192)
    single = UniADHead(dataclasses.replace(faithful(), query_mode=QueryMode.SINGLE), 192)
    assert count(layerwise) - count(single) == 3 * 196 * 256


@pytest.mark.parametrize("query_mode", list(QueryMode))
@pytest.mark.parametrize("position", list(PositionKind))
@pytest.mark.parametrize("size", [224, 320])
def test_reconstruction_has_the_shape_of_its_tokens(size: int, position: PositionKind, query_mode: QueryMode) -> None:
    config = dataclasses.replace(light(input_size=size), position=position, query_mode=query_mode)
    tokens = torch.randn(3, config.tokens, 192)
    assert UniADHead(config, 192)(tokens).shape == tokens.shape


def test_a_batch_gives_what_single_tiles_give() -> None:
    head = UniADHead(SMALL, 24).eval()
    tokens = torch.randn(3, 64, 24)
    with torch.no_grad():
        assert head(tokens).allclose(torch.cat([head(tile[None]) for tile in tokens]), atol=1e-5)


# --- start ---


def test_layers_start_as_copies_in_faithful_mode_only() -> None:
    copied = UniADHead(dataclasses.replace(SMALL, copied_start=True), 24)
    apart = UniADHead(SMALL, 24)
    for head, equal in ((copied, True), (apart, False)):
        layers = head.decoder_layers
        assert torch.equal(head.queries[0], head.queries[3]) is equal
        assert torch.equal(layers[0].attention2.in_weight, layers[3].attention2.in_weight) is equal
        assert not torch.equal(layers[0].attention1.in_weight, layers[0].attention2.in_weight)
        assert not torch.equal(layers[0].ffn.expand.weight, layers[3].ffn.expand.weight)


@torch.no_grad()
def test_initial_values() -> None:
    head = UniADHead(faithful(), 192)
    for module in head.modules():
        if isinstance(module, nn.Linear):
            bound = (6 / sum(module.weight.shape)) ** 0.5
            assert 0.95 * bound < float(module.weight.abs().max()) <= bound
            assert not module.bias.any()
        if isinstance(module, Attention):
            bound = (6 / (4 * 256)) ** 0.5
            assert 0.95 * bound < float(module.in_weight.abs().max()) <= bound
            assert not module.in_bias.any()
    assert float(head.queries.std()) == pytest.approx(1, abs=0.02)


# --- mask ---


def seen_inside_the_window(config: DetectorConfig) -> dict[str, bool]:
    """Attention site -> whether any token looked at its window."""
    head = UniADHead(config, 24).eval()
    near = UniADHead(SMALL, 24).neighbour_mask.isinf()
    seen: dict[str, bool] = {}

    def record(site: str, module: Attention, args: tuple) -> None:
        weights = module.weights(*args)
        seen[site] = seen.get(site, False) or bool(weights[..., near].any())

    sites = [(layer.attention, "enc") for layer in head.encoder_layers]
    sites += [(layer.attention1, "dec1") for layer in head.decoder_layers]
    sites += [(layer.attention2, "dec2") for layer in head.decoder_layers]
    for module, site in sites:
        module.register_forward_pre_hook(lambda module, args, site=site: record(site, module, args))
    with torch.no_grad():
        head(torch.randn(2, 64, 24))
    return seen


@pytest.mark.parametrize("query_mode", list(QueryMode))
@pytest.mark.parametrize("off", [None, "enc", "dec1", "dec2"])
def test_mask_acts_at_each_site_that_is_on_and_no_other(off: str | None, query_mode: QueryMode) -> None:
    where = dataclasses.replace(NeighbourWhere(), **({off: False} if off else {}))
    config = dataclasses.replace(SMALL, neighbour_where=where, query_mode=query_mode)
    assert seen_inside_the_window(config) == {site: site == off for site in ("enc", "dec1", "dec2")}


def test_mask_is_not_part_of_the_weights() -> None:
    head = UniADHead(SMALL, 24)
    assert not any("mask" in name for name in head.state_dict())
    assert UniADHead(dataclasses.replace(SMALL, neighbour_where=OPEN), 24).neighbour_mask is None


# --- decoder wiring ---


@torch.no_grad()
def silence(*attentions: Attention) -> None:
    for attention in attentions:
        attention.out.weight.zero_()
        attention.out.bias.zero_()


def test_previous_layer_enters_through_dec2_alone() -> None:
    layer = DecoderLayer(SMALL).eval()
    stream, memory, position = torch.randn(1, 64, 32), torch.randn(2, 64, 32), torch.rand(64, 32)
    previous, other = torch.randn(2, 64, 32), torch.randn(2, 64, 32)
    masks = (None, None)
    before = layer(stream, memory, previous, position, masks)
    assert not before.allclose(layer(stream, memory, other, position, masks), atol=1e-3)
    silence(layer.attention2)
    before = layer(stream, memory, previous, position, masks)
    assert torch.equal(before, layer(stream, memory, other, position, masks))
    assert not before.allclose(layer(stream, other, previous, position, masks), atol=1e-3)


def test_residual_stream_starts_from_the_layers_own_queries() -> None:
    head = UniADHead(SMALL, 24).eval()
    for layer in head.decoder_layers:
        silence(layer.attention1, layer.attention2)
    tokens, others = torch.randn(2, 64, 24), torch.randn(2, 64, 24)
    # Nothing is gathered, so neither the input nor any layer but the last can matter.
    before = head(tokens)
    assert before.allclose(head(others).expand_as(before), atol=1e-6)
    with torch.no_grad():
        head.queries[:3] += 1
    assert before.allclose(head(tokens), atol=1e-6)
    with torch.no_grad():
        head.queries[3] += torch.randn(64, 32)
    assert not before.allclose(head(tokens), atol=1e-3)


def test_all_query_tables_and_both_projections_learn() -> None:
    head = UniADHead(SMALL, 24)
    (head(torch.randn(2, 64, 24)) ** 2).mean().backward()
    for table in head.queries.grad:
        assert float(table.abs().max()) > 0
    for name, parameter in head.named_parameters():
        assert parameter.grad is not None, name


def test_single_query_stream_passes_through_all_layers() -> None:
    head = UniADHead(dataclasses.replace(SMALL, query_mode=QueryMode.SINGLE), 24).eval()
    for layer in head.decoder_layers:
        silence(layer.attention1, layer.attention2)
    tokens = torch.randn(2, 64, 24)
    before = head(tokens)
    with torch.no_grad():
        head.decoder_layers[0].ffn.project.bias += torch.randn(32)
    # In layer-wise mode the first layer's stream would end at dec2 of the second.
    assert not before.allclose(head(tokens), atol=1e-3)


# --- learning ---

LEARNER = dataclasses.replace(SMALL, input_size=96, hidden=64, heads=4, ffn=128, dec_layers=1)


def fit(config: DetectorConfig, batches: Iterator[Tensor], *, lr: float, noise: float = 0.0) -> tuple[UniADHead, float]:
    """Train on the batches (B, N, C); returns the head and the mean loss of the last ten steps."""
    torch.manual_seed(0)
    losses = []
    head = optimizer = None
    for tokens in batches:
        if head is None:
            head = UniADHead(config, tokens.shape[-1]).train()
            optimizer = torch.optim.AdamW(head.parameters(), lr=lr)
        optimizer.zero_grad()
        source = jitter(tokens, noise) if noise else tokens
        loss = (head(source) - tokens).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return head.eval(), sum(losses[-10:]) / 10


def test_eight_tiles_are_learned_by_heart() -> None:
    tiles = torch.randn(8, 36, 8, generator=torch.Generator().manual_seed(4))
    # Their mean square is 1. Memory needs no copying: it works behind the mask as well (measured: 0.0006).
    _, last = fit(LEARNER, itertools.repeat(tiles, 250), lr=3e-3)
    assert last < 0.02


def test_mask_and_jitter_prevent_copying() -> None:
    def never_the_same(steps: int) -> Iterator[Tensor]:
        generator = torch.Generator().manual_seed(5)
        return (torch.randn(8, 36, 8, generator=generator) for _ in range(steps))

    # Of tokens without any pattern only copies can be right: what falls below a mean square of 1 by much is copied.
    free, copied = fit(dataclasses.replace(LEARNER, neighbour_where=OPEN), never_the_same(360), lr=3e-3)
    guarded, held = fit(LEARNER, never_the_same(360), lr=3e-3, noise=1.2127 * 8**0.5)
    assert copied < 0.1  # measured: 0.01
    assert held > 0.7  # measured: 0.9
    unseen = torch.randn(8, 36, 8, generator=torch.Generator().manual_seed(6))
    with torch.no_grad():
        likeness = [
            float(torch.cosine_similarity(head(unseen).flatten(), unseen.flatten(), 0)) for head in (free, guarded)
        ]
    assert likeness[0] > 0.9  # measured: 0.997
    assert likeness[1] < 0.5  # measured: 0.27
