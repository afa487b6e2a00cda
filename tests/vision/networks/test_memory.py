"""The memory against brute force: distances, products, weights, and what it refuses to remember."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from inspector.vision.networks.memory import SAME, ProductMemory, Weights
from inspector.vision.selftest import EXACT_TOLERANCE

CHANNELS = 48


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def filled(products: int = 3, size: int = 20, channels: int = CHANNELS) -> ProductMemory:
    memory = ProductMemory(products, size, channels)
    for product in range(products):
        memory.remember(product, random(size, channels, seed=product) + product)
    return memory


def brute_force(memory: ProductMemory, tokens: Tensor, product: Tensor) -> Tensor:
    """Distances (B, N), by every difference in float64."""
    distances = torch.stack(
        [
            (tile[:, None].double() - memory.tokens[number][None].double()).norm(dim=-1).amin(dim=-1)
            for tile, number in zip(tokens, product.tolist(), strict=True)
        ]
    )
    return torch.maximum(distances, SAME * tokens.double().norm(dim=-1))


@given(
    products=st.lists(st.integers(0, 2), min_size=1, max_size=5),
    tokens=st.integers(1, 9),
    spread=st.sampled_from([0.1, 1.0, 30.0]),
    seed=st.integers(0, 999),
)
def test_distances_are_those_of_brute_force_to_each_tile_s_own_product(
    products: list[int], tokens: int, spread: float, seed: int
) -> None:
    memory = filled()
    x = random(len(products), tokens, CHANNELS, seed=seed) * spread
    product = torch.tensor(products, dtype=torch.int32)
    found = memory.distance(x, product)
    assert found.dtype == torch.float32
    # The short form of the square is exact to float32's rounding of the lengths, not of the difference.
    longest = float(max(x.norm(dim=-1).max(), memory.tokens.float().norm(dim=-1).max()))
    squares = brute_force(memory, x, product).square()
    torch.testing.assert_close(found.double().square(), squares, rtol=1e-6, atol=1e-6 * longest**2)


def test_the_number_of_a_tile_s_product_may_be_of_any_whole_type() -> None:
    memory, x = filled(), random(2, 4, CHANNELS)
    small, large = (memory.distance(x, torch.tensor([2, 1], dtype=kind)) for kind in (torch.int32, torch.int64))
    assert torch.equal(small, large)


def test_what_is_remembered_is_as_near_as_can_be_said_and_equally_near_everywhere() -> None:
    memory = filled(channels=272)
    known = memory.tokens[1].float()
    lengths = known.norm(dim=-1)
    found = memory.distance(known[None], torch.tensor([1]))[0]
    torch.testing.assert_close(found, SAME * lengths, rtol=1e-5, atol=0)
    # The same in another order of arithmetic, as another runtime has it: still the same, not the square root of noise.
    other = memory.distance(known[None, :, :].flip(1).repeat(5, 1, 1), torch.tensor([1] * 5))[4].flip(0)
    torch.testing.assert_close(other, found, rtol=1e-5, atol=0)


@given(away=st.floats(0.0, 0.05), seed=st.integers(0, 99))
def test_rounding_moves_no_distance_by_more_than_a_self_test_bears(away: float, seed: int) -> None:
    memory = filled(products=1, channels=192)
    known = memory.tokens[0].float()
    x = known + away * known.norm(dim=-1, keepdim=True) * torch.nn.functional.normalize(random(20, 192, seed=seed))
    exact = brute_force(memory, x[None], torch.tensor([0]))
    found = memory.distance(x[None], torch.tensor([0])).double()
    # Of a tile's largest value, which is mostly above a third of a token's length (measured on unseen good parts).
    assert float((found - exact).abs().max()) < EXACT_TOLERANCE * 0.3 * float(known.norm(dim=-1).min())


@given(scale=st.sampled_from([1e-3, 1.0, 50.0, 2000.0]), seed=st.integers(0, 99))
def test_float16_costs_no_more_than_its_rounding(scale: float, seed: int) -> None:
    kept = random(20, CHANNELS, seed=seed) * scale
    memory = ProductMemory(1, 20, CHANNELS)
    memory.remember(0, kept)
    x = random(1, 30, CHANNELS, seed=seed + 1) * scale
    exact = (x[0, :, None].double() - kept[None].double()).norm(dim=-1).amin(dim=-1)
    # Each number is off by at most half of 2^-10 of it, or of the smallest step; so is a distance, by the triangle.
    bound = 2.0**-11 * float(kept.norm(dim=-1).max()) + 2.0**-25 * math.sqrt(CHANNELS)
    stored = brute_force(memory, x, torch.tensor([0]))[0]
    assert float((stored - exact).abs().max()) <= bound
    assert float((memory.distance(x, torch.tensor([0]))[0].double() - exact).abs().max()) <= 1.5 * bound


def test_fewer_tokens_than_there_is_room_for_are_repeated() -> None:
    memory = ProductMemory(2, 8, CHANNELS)
    few = random(3, CHANNELS)
    memory.remember(1, few)
    assert torch.equal(memory.tokens[1], few.half()[[0, 1, 2, 0, 1, 2, 0, 1]])
    assert not memory.tokens[0].any()
    x = random(1, 5, CHANNELS, seed=9)
    nearest = torch.cdist(x[0], few.half().float()).amin(dim=1)  # all far
    torch.testing.assert_close(memory.distance(x, torch.tensor([1]))[0], nearest, rtol=1e-4, atol=1e-4)


def test_of_more_tokens_than_there_is_room_for_the_first_are_kept() -> None:
    memory = ProductMemory(1, 8, CHANNELS)
    many = random(11, CHANNELS)
    memory.remember(0, many)
    assert torch.equal(memory.tokens[0], many[:8].half())


@pytest.mark.parametrize(
    "tokens",
    [
        pytest.param(torch.zeros(0, CHANNELS), id="none"),
        pytest.param(torch.zeros(CHANNELS), id="one axis"),
        pytest.param(torch.zeros(2, CHANNELS - 1), id="narrow"),
        pytest.param(torch.full((2, CHANNELS), math.nan), id="nan"),
        pytest.param(torch.full((2, CHANNELS), math.inf), id="infinite"),
        pytest.param(torch.full((2, CHANNELS), 1e5), id="beyond float16"),
    ],
)
def test_what_cannot_be_remembered_is_refused_and_changes_nothing(tokens: Tensor) -> None:
    memory = filled()
    before = memory.tokens.clone()
    with pytest.raises(ValueError, match=r"do not fit|not finite"):
        memory.remember(0, tokens)
    assert torch.equal(memory.tokens, before)


def test_each_tile_is_weighed_as_its_product_is() -> None:
    memory = filled()
    weights = (Weights(0.5, 2.0), Weights(0.0, 3.0), Weights(4.0, 0.0))
    for number, pair in enumerate(weights):
        memory.weigh(number, pair)
        assert memory.weights_of(number) == pair
    x, residual = random(4, 6, CHANNELS), random(4, 6).abs()
    product = torch.tensor([2, 0, 1, 0])
    distance = memory.distance(x, product)
    found = memory(x, residual, product)
    assert found.dtype == torch.float32
    for tile, number in enumerate(product.tolist()):
        wanted = weights[number].residual * residual[tile] + weights[number].distance * distance[tile]
        torch.testing.assert_close(found[tile], wanted)


def test_a_new_memory_lets_the_residual_through() -> None:
    memory = ProductMemory(2, 8, CHANNELS)
    residual = random(3, 4).abs()
    assert torch.equal(memory(random(3, 4, CHANNELS), residual, torch.tensor([0, 1, 0])), residual)


def test_without_memory_only_the_weighed_residual_is_left() -> None:
    memory = ProductMemory(2, 0, CHANNELS)
    assert memory.size == 0
    memory.weigh(1, Weights(2.0, 5.0))
    residual = random(2, 4).abs()
    found = memory(random(2, 4, CHANNELS), residual, torch.tensor([0, 1]))
    assert torch.equal(found, torch.stack([residual[0], 2 * residual[1]]))


@pytest.mark.parametrize("weights", [(-0.1, 1.0), (1.0, -1.0), (math.nan, 1.0), (1.0, math.inf), (0.0, 0.0)], ids=str)
def test_weights_that_cannot_weigh_are_refused_and_change_nothing(weights: tuple[float, float]) -> None:
    memory = filled()
    with pytest.raises(ValueError, match="cannot weigh"):
        memory.weigh(0, Weights(*weights))
    assert memory.weights_of(0) == (1.0, 0.0)


def test_it_is_saved_and_read_back_to_the_bit() -> None:
    memory, other = filled(), ProductMemory(3, 20, CHANNELS)
    memory.weigh(2, Weights(0.25, 0.75))
    state = memory.state_dict()
    assert {name: value.dtype for name, value in state.items()} == {"tokens": torch.float16, "weights": torch.float32}
    other.load_state_dict(state)
    x, residual, product = random(3, 5, CHANNELS), random(3, 5).abs(), torch.tensor([0, 2, 1])
    assert torch.equal(other(x, residual, product), memory(x, residual, product))
    assert not list(memory.parameters())  # nothing of it trains
