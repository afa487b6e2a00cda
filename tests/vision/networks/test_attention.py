import pytest
import torch

from inspector.vision.networks.attention import Attention, neighbour_mask


@pytest.mark.parametrize(("grid", "window", "total"), [((14, 14), 7, 7396), ((16, 16), 9, 15376)])
def test_mask_table(grid: tuple[int, int], window: int, total: int) -> None:
    blocked = neighbour_mask(grid, window).isinf()
    assert int(blocked.sum()) == total
    assert torch.equal(blocked, blocked.T)
    assert bool(blocked.diagonal().all())
    assert not bool(blocked.all(dim=1).any())


def test_mask_window_is_clipped_at_the_border_and_never_wraps() -> None:
    mask = neighbour_mask((14, 14), 7)
    assert set(mask.unique().tolist()) == {float("-inf"), 0.0}
    blocked = mask.isinf().reshape(14, 14, 14, 14)  # (row, col) of the query, then of the key
    assert int(blocked[6, 6].sum()) == 49
    assert int(blocked[0, 6].sum()) == 28
    assert int(blocked[13, 0].sum()) == 16
    assert not bool(blocked[5, 0, :, 13].any())
    assert bool(blocked[5, 5, 8, 2])
    assert not bool(blocked[5, 5, 9, 5])


def test_even_window_behaves_like_the_next_odd_one() -> None:
    assert torch.equal(neighbour_mask((12, 12), 8), neighbour_mask((12, 12), 9))


def test_a_mask_that_blinds_a_token_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to look at"):
        neighbour_mask((7, 7), 7)


@pytest.fixture
def attention() -> Attention:
    torch.manual_seed(1)
    return Attention(hidden=32, heads=4, dropout=0.0).eval()


def test_blocked_pairs_get_exactly_nothing(attention: Attention) -> None:
    mask = neighbour_mask((8, 8), 3)
    x, position = torch.randn(2, 64, 32), torch.rand(64, 32)
    masked = attention.weights(x, x, position, mask)
    assert bool((masked[..., mask.isinf()] == 0).all())
    assert masked.sum(-1).allclose(torch.ones(2, 4, 64), atol=1e-5)
    assert bool((attention.weights(x, x, position, None)[..., mask.isinf()] > 0).all())


def test_position_reaches_queries_and_keys_but_never_values(attention: Attention) -> None:
    same = torch.randn(1, 1, 32).expand(2, 64, 32)
    query, mixed = torch.randn(2, 64, 32), torch.randn(2, 64, 32)
    here, there = torch.rand(64, 32), torch.rand(64, 32)
    # Identical values: however the weights move, what is gathered stays.
    assert attention(query, same, here, None).allclose(attention(query, same, there, None), atol=1e-5)
    assert not attention(query, mixed, here, None).allclose(attention(query, mixed, there, None), atol=1e-3)


def test_agrees_with_torchs_own_attention(attention: Attention) -> None:
    reference = torch.nn.MultiheadAttention(32, 4, batch_first=True).eval()
    with torch.no_grad():
        reference.in_proj_weight.copy_(attention.in_weight)
        reference.in_proj_bias.copy_(attention.in_bias.normal_())
        reference.out_proj.weight.copy_(attention.out.weight)
        reference.out_proj.bias.copy_(attention.out.bias)
        query, source, position = torch.randn(2, 64, 32), torch.randn(2, 64, 32), torch.rand(64, 32)
        mask = neighbour_mask((8, 8), 3)
        expected, _ = reference(query + position, source + position, source, attn_mask=mask)
        assert attention(query, source, position, mask).allclose(expected, atol=1e-5)


@pytest.mark.parametrize("masked", [True, False])
def test_training_takes_the_fused_kernel_to_the_same_end(attention: Attention, *, masked: bool) -> None:
    mask = neighbour_mask((8, 8), 3) if masked else None
    query, source, position = torch.randn(1, 64, 32), torch.randn(3, 64, 32), torch.rand(64, 32)
    plain = attention(query, source, position, mask)
    fused = attention.train()(query, source, position, mask)
    assert plain.shape == (3, 64, 32)
    assert fused.allclose(plain, atol=1e-5)


def test_dropout_thins_the_weights_in_training_only() -> None:
    torch.manual_seed(2)
    attention = Attention(hidden=32, heads=4, dropout=0.5)
    x, position = torch.randn(1, 16, 32), torch.rand(16, 32)
    assert not attention.train()(x, x, position, None).allclose(attention(x, x, position, None))
    attention.eval()
    assert torch.equal(attention(x, x, position, None), attention(x, x, position, None))
