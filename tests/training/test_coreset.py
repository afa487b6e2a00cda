"""Coresets against random choice and brute force, and the distances to a bank."""

import pytest
import torch

from inspector.training import coreset
from inspector.training.coreset import choose_coreset, nearest_distance
from inspector.training.job import TrainingCancelled


def clusters(*, channels=96, seed=0):
    """One crowded cluster and a few rare ones, as on real parts."""
    generator = torch.Generator().manual_seed(seed)
    centers = 8 * torch.randn(12, channels, generator=generator)
    sizes = [2000] + [6] * 11
    parts = [
        center + torch.randn(size, channels, generator=generator) for center, size in zip(centers, sizes, strict=True)
    ]
    return torch.cat(parts)


def radius(tokens, chosen):
    return float(torch.cdist(tokens, tokens[chosen]).min(1).values.max())


def farthest_first(tokens, start, size):
    chosen = [start]
    while len(chosen) < size:
        chosen.append(int(torch.cdist(tokens.double(), tokens[chosen].double()).min(1).values.argmax()))
    return chosen


def test_it_covers_better_than_random():
    tokens = clusters()
    chosen = choose_coreset(tokens, 64, seed=3)
    assert chosen.dtype == torch.int64
    assert len(set(chosen.tolist())) == 64
    widths = [radius(tokens, torch.randperm(len(tokens))[:64]) for _ in range(5)]
    assert radius(tokens, chosen) < 0.8 * min(widths)


def test_without_projection_it_is_farthest_first():
    tokens = torch.randn(300, 16, generator=torch.Generator().manual_seed(1)) + 5
    chosen = choose_coreset(tokens, 40, seed=7).tolist()
    assert chosen == farthest_first(tokens, chosen[0], 40)


def test_a_seed_gives_one_choice_and_a_beginning_of_it_is_the_smaller_choice():
    tokens = clusters()
    first = choose_coreset(tokens, 50, seed=3)
    assert torch.equal(first, choose_coreset(tokens, 50, seed=3))
    assert torch.equal(first[:20], choose_coreset(tokens, 20, seed=3))
    assert not torch.equal(first, choose_coreset(tokens, 50, seed=4))


@pytest.mark.parametrize("channels", [8, 200])
def test_equal_tokens_end_it_early(channels):
    distinct = 100 + torch.randn(9, channels, generator=torch.Generator().manual_seed(2))
    tokens = distinct.repeat(50, 1)
    chosen = choose_coreset(tokens, 30, seed=0)
    assert sorted((chosen % 9).tolist()) == list(range(9))
    assert len(choose_coreset(torch.ones(40, channels), 5, seed=0)) == 1


def test_a_size_above_the_number_of_tokens_keeps_them_all():
    tokens = torch.randn(30, 8)
    assert sorted(choose_coreset(tokens, 99, seed=0).tolist()) == list(range(30))


def test_the_pool_bounds_what_is_looked_at(monkeypatch):
    monkeypatch.setattr(coreset, "POOL", 25)
    chosen = choose_coreset(torch.randn(4000, 8), 99, seed=0)
    assert len(set(chosen.tolist())) == 25
    assert int(chosen.max()) > 1000  # drawn from all tokens, not from the first


def test_it_can_be_cancelled_and_tells_how_far_it_is():
    told = []
    choose_coreset(torch.randn(200, 8), 100, seed=0, progress=lambda done, of: told.append((done, of)))
    assert told[0] == (0, 100)
    assert told[-1] == (100, 100)
    assert len(told) > 2
    answers = iter([False, True])
    with pytest.raises(TrainingCancelled):
        choose_coreset(torch.randn(200, 8), 100, seed=0, cancelled=lambda: next(answers))


def test_what_cannot_be_chosen_from_is_refused():
    tokens = torch.randn(10, 4)
    with pytest.raises(ValueError, match="size"):
        choose_coreset(tokens, 0, seed=0)
    with pytest.raises(ValueError, match="tokens"):
        choose_coreset(tokens[:0], 3, seed=0)
    tokens[3, 1] = torch.nan
    with pytest.raises(ValueError, match="finite"):
        choose_coreset(tokens, 3, seed=0)


def test_distances_are_those_of_brute_force(monkeypatch):
    monkeypatch.setattr(coreset, "_DISTANCES_AT_ONCE", 200)  # many chunks, the last one short
    queries, bank = torch.randn(101, 24) + 30, torch.randn(40, 24) + 30
    expected = torch.cdist(queries.double(), bank.double()).min(1).values.float()
    torch.testing.assert_close(nearest_distance(queries, bank), expected, rtol=1e-5, atol=1e-6)


def test_a_vector_of_the_bank_is_at_distance_zero():
    bank = 1000 + torch.randn(50, 32)
    assert nearest_distance(bank, bank).tolist() == [0.0] * 50


def test_a_picture_does_not_find_itself():
    bank, pictures = torch.randn(60, 8), torch.arange(60) % 6
    distances = torch.cdist(bank.double(), bank.double())
    distances[pictures[:, None] == pictures] = torch.inf
    found = nearest_distance(bank, bank, exclude=(pictures, pictures))
    torch.testing.assert_close(found, distances.min(1).values.float(), rtol=1e-5, atol=1e-6)
    alone = nearest_distance(bank, bank[:3], exclude=(torch.zeros(60), torch.zeros(3)))
    assert bool(alone.isinf().all())


def test_shapes_that_do_not_fit_are_refused():
    bank = torch.randn(5, 8)
    with pytest.raises(ValueError, match="fit"):
        nearest_distance(torch.randn(3, 7), bank)
    with pytest.raises(ValueError, match="fit"):
        nearest_distance(torch.randn(3, 8), bank[:0])
    with pytest.raises(ValueError, match="picture number"):
        nearest_distance(bank, bank, exclude=(torch.arange(4), torch.arange(5)))
    assert nearest_distance(bank[:0], bank).shape == (0,)
