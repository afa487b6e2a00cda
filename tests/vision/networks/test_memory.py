"""The memory against brute force: distances, products, weights, detail, and what it refuses to remember."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from inspector.vision.networks.memory import SAME, ProductMemory, Weights, sharpen
from inspector.vision.selftest import EXACT_TOLERANCE

CHANNELS, DETAIL_CHANNELS = 48, 10
NO_DETAIL = torch.zeros(1, 0, 0)


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def filled(products: int = 3, size: int = 20, channels: int = CHANNELS) -> ProductMemory:
    memory = ProductMemory(products, size, channels)
    for product in range(products):
        memory.remember(product, random(size, channels, seed=product) + product)
    return memory


def detailed(products: int = 3, size: int = 20) -> ProductMemory:
    memory = ProductMemory(products, size, CHANNELS, detail_size=size - 5, detail_channels=DETAIL_CHANNELS)
    for product in range(products):
        detail = random(size - 5, DETAIL_CHANNELS, seed=100 + product) - product
        memory.remember(product, random(size, CHANNELS, seed=product) + product, detail)
        memory.weigh(product, Weights(1.0, 0.5, 0.25 * product))
    return memory


def brute_force(kept: Tensor, tokens: Tensor, product: Tensor) -> Tensor:
    """Distances (B, N) to what is kept (P, M, C), by every difference in float64."""
    distances = torch.stack(
        [
            (tile[:, None].double() - kept[number][None].double()).norm(dim=-1).amin(dim=-1)
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
    squares = brute_force(memory.tokens, x, product).square()
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
    exact = brute_force(memory.tokens, x[None], torch.tensor([0]))
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
    stored = brute_force(memory.tokens, x, torch.tensor([0]))[0]
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
    for number, one in enumerate(weights):
        memory.weigh(number, one)
        assert memory.weights_of(number) == one
    x, residual = random(4, 6, CHANNELS), random(4, 6).abs()
    product = torch.tensor([2, 0, 1, 0])
    distance = memory.distance(x, product)
    found = memory(x, residual, NO_DETAIL, product, (2, 3))
    assert (found.shape, found.dtype) == ((4, 1, 2, 3), torch.float32)
    for tile, number in enumerate(product.tolist()):
        wanted = weights[number].residual * residual[tile] + weights[number].distance * distance[tile]
        torch.testing.assert_close(found[tile, 0].flatten(), wanted)


def test_a_new_memory_lets_the_residual_through() -> None:
    memory = ProductMemory(2, 8, CHANNELS)
    residual = random(3, 4).abs()
    found = memory(random(3, 4, CHANNELS), residual, NO_DETAIL, torch.tensor([0, 1, 0]), (2, 2))
    assert torch.equal(found.flatten(1), residual)


def test_without_memory_only_the_weighed_residual_is_left() -> None:
    memory = ProductMemory(2, 0, CHANNELS)
    assert memory.size == 0
    memory.weigh(1, Weights(2.0, 5.0))
    residual = random(2, 4).abs()
    found = memory(random(2, 4, CHANNELS), residual, NO_DETAIL, torch.tensor([0, 1]), (2, 2))
    assert torch.equal(found.flatten(1), torch.stack([residual[0], 2 * residual[1]]))


@pytest.mark.parametrize(
    "weights",
    [
        (-0.1, 1.0, 0.0),
        (1.0, -1.0, 0.0),
        (1.0, 1.0, -1.0),
        (math.nan, 1.0, 0.0),
        (1.0, math.inf, 0.0),
        (1.0, 1.0, math.nan),
        (0.0, 0.0, 0.0),
        (0.0, 0.0, 1.0),
    ],
    ids=str,
)
def test_weights_that_cannot_weigh_are_refused_and_change_nothing(weights: tuple[float, float, float]) -> None:
    memory = filled()
    with pytest.raises(ValueError, match="cannot weigh"):
        memory.weigh(0, Weights(*weights))
    assert memory.weights_of(0) == (1.0, 0.0, 0.0)


def test_it_is_saved_and_read_back_to_the_bit() -> None:
    memory = detailed()
    other = ProductMemory(3, 20, CHANNELS, detail_size=15, detail_channels=DETAIL_CHANNELS)
    memory.weigh(2, Weights(0.25, 0.75, 0.5))
    state = memory.state_dict()
    assert {name: value.dtype for name, value in state.items()} == {
        "tokens": torch.float16,
        "detail": torch.float16,
        "weights": torch.float32,
    }
    other.load_state_dict(state)
    x, residual, product = random(3, 6, CHANNELS), random(3, 6).abs(), torch.tensor([0, 2, 1])
    detail = random(3, 24, DETAIL_CHANNELS)
    first, second = (one(x, residual, detail, product, (2, 3)) for one in (memory, other))
    assert torch.equal(first, second)
    assert not list(memory.parameters())  # nothing of it trains


# --- detail ----------------------------------------------------------------------------------------------------------


@given(products=st.lists(st.integers(0, 2), min_size=1, max_size=4), seed=st.integers(0, 999))
def test_detail_distances_are_those_of_brute_force_too(products: list[int], seed: int) -> None:
    memory = detailed()
    detail, product = random(len(products), 8, DETAIL_CHANNELS, seed=seed), torch.tensor(products)
    found = memory.detail_distance(detail, product)
    longest = float(max(detail.norm(dim=-1).max(), memory.detail.float().norm(dim=-1).max()))
    squares = brute_force(memory.detail, detail, product).square()
    torch.testing.assert_close(found.double().square(), squares, rtol=1e-6, atol=1e-6 * longest**2)


def test_a_map_has_the_weighed_detail_of_each_tile_s_product() -> None:
    memory = detailed()
    x, residual, detail = random(3, 6, CHANNELS), random(3, 6).abs(), random(3, 24, DETAIL_CHANNELS)
    product = torch.tensor([2, 0, 1])
    found = memory(x, residual, detail, product, (2, 3))
    assert (found.shape, found.dtype) == ((3, 1, 4, 6), torch.float32)
    fine, distance = memory.detail_distance(detail, product), memory.distance(x, product)
    for tile, number in enumerate(product.tolist()):
        coarse = residual[tile] + 0.5 * distance[tile]
        wanted = sharpen(coarse.reshape(1, 1, 2, 3), 0.25 * number * fine[tile].reshape(1, 1, 4, 6))
        torch.testing.assert_close(found[tile], wanted[0])


def test_remembering_without_detail_keeps_the_detail_there_is() -> None:
    memory = detailed()
    before = memory.detail.clone()
    memory.remember(1, random(20, CHANNELS, seed=50))
    assert torch.equal(memory.detail, before)
    with pytest.raises(ValueError, match="do not fit"):
        memory.remember(1, random(20, CHANNELS), random(4, DETAIL_CHANNELS + 1))


def test_a_refused_detail_leaves_the_tokens_as_they_were() -> None:
    memory = detailed()
    before = memory.tokens.clone()
    with pytest.raises(ValueError, match="not finite"):
        memory.remember(1, random(20, CHANNELS), torch.full((4, DETAIL_CHANNELS), math.nan))
    assert torch.equal(memory.tokens, before)


def tokens_of(values: Tensor) -> Tensor:
    """Mean of the four cells of every token."""
    return torch.nn.functional.avg_pool2d(values, 2)


@given(seed=st.integers(0, 999), height=st.integers(1, 7), width=st.integers(1, 7))
def test_sharpening_moves_a_map_about_and_changes_nothing_of_its_mean(seed: int, height: int, width: int) -> None:
    coarse = 5 + random(2, 1, height, width, seed=seed).clamp(-2, 2)
    detail = 0.5 * random(2, 1, 2 * height, 2 * width, seed=seed + 1).clamp(-2, 2)  # never below 0: nothing is cut
    found = sharpen(coarse, detail)
    torch.testing.assert_close(found.mean(dim=(2, 3)), coarse.mean(dim=(2, 3)))


@given(seed=st.integers(0, 999))
def test_window_means_stay_but_for_smoothing(seed: int) -> None:
    """Exactly so of a map that rises evenly; of another one, tokens take an eighth of each neighbor along an axis."""
    detail = random(1, 1, 12, 12, seed=seed)
    balanced = detail - torch.nn.functional.interpolate(tokens_of(detail), scale_factor=2.0)
    rows, columns = torch.meshgrid(torch.arange(6.0), torch.arange(6.0), indexing="ij")
    even = (20 + 3 * rows - 2 * columns)[None, None]
    torch.testing.assert_close(tokens_of(sharpen(even, balanced))[..., 1:-1, 1:-1], even[..., 1:-1, 1:-1])
    uneven = 20 + 3 * random(1, 1, 6, 6, seed=seed + 1)
    padded = torch.nn.functional.pad(uneven, (1, 1, 1, 1), mode="replicate")
    kernel = torch.tensor([0.125, 0.75, 0.125])
    smoothed = torch.nn.functional.conv2d(padded, torch.outer(kernel, kernel)[None, None])
    torch.testing.assert_close(tokens_of(sharpen(uneven, balanced)), smoothed)


@given(seed=st.integers(0, 999), strength=st.floats(0, 50))
def test_nothing_falls_below_zero_and_what_is_cut_there_only_adds(seed: int, strength: float) -> None:
    coarse = random(1, 1, 5, 5, seed=seed).abs()
    found = sharpen(coarse, strength * random(1, 1, 10, 10, seed=seed + 1).abs())
    assert float(found.min()) >= 0
    assert float(found.mean()) >= float(coarse.mean()) * (1 - 1e-5)


@pytest.mark.parametrize("cell", [(4, 6), (4, 7), (5, 6), (5, 7)])
def test_heat_moves_to_the_part_of_a_token_that_it_comes_from(cell: tuple[int, int]) -> None:
    coarse, detail = torch.ones(1, 1, 6, 6), torch.ones(1, 1, 12, 12)
    coarse[0, 0, 2, 3] = 4.0
    detail[(0, 0, *cell)] = 3.0
    found = sharpen(coarse, detail)[0, 0]
    row, column = divmod(int(found.argmax()), 12)
    assert (row, column) == cell
    flat = sharpen(coarse, torch.ones(1, 1, 12, 12))[0, 0]
    assert float(found[cell]) > float(flat[cell]) + 1
    others = [(y, x) for y in (4, 5) for x in (6, 7) if (y, x) != cell]
    assert all(float(found[other]) < float(flat[other]) for other in others)


@given(height=st.integers(1, 6), width=st.integers(1, 6), seed=st.integers(0, 99))
def test_without_detail_a_map_is_enlarged_smoothly(height: int, width: int, seed: int) -> None:
    coarse = random(2, 1, height, width, seed=seed).abs()
    wanted = torch.nn.functional.interpolate(coarse, scale_factor=2.0, mode="bilinear", align_corners=False)
    torch.testing.assert_close(sharpen(coarse, torch.zeros_like(wanted)), wanted)


def test_even_detail_changes_nothing() -> None:
    coarse = random(1, 1, 4, 4).abs()
    none, even = (sharpen(coarse, torch.full((1, 1, 8, 8), value)) for value in (0.0, 7.0))
    torch.testing.assert_close(even, none)
