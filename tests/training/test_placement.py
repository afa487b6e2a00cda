"""torchrun's variables: all of them, none of them, or a mistake."""

import pytest

from inspector.core.errors import InvalidInput
from inspector.training.placement import Placement

SECOND = {
    "RANK": "1",
    "WORLD_SIZE": "2",
    "LOCAL_RANK": "1",
    "LOCAL_WORLD_SIZE": "2",
    "MASTER_ADDR": "127.0.0.1",
    "MASTER_PORT": "29500",
}


def test_a_process_of_torchrun_knows_its_place():
    assert Placement.from_environment(SECOND) == Placement(rank=1, size=2, local_rank=1, local_size=2)


@pytest.mark.parametrize(
    "environment",
    [{}, {"RANK": "3"}, {"WORLD_SIZE": "4"}, {"RANK": "0", "WORLD_SIZE": "1"}],
)
def test_a_process_alone_has_no_place(environment):
    assert Placement.from_environment(environment) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"MASTER_PORT": ""}, "MASTER_PORT is not set"),
        ({"LOCAL_RANK": "one"}, "LOCAL_RANK=one is not a number"),
        ({"RANK": "2"}, "rank 2 of 2"),
        ({"LOCAL_WORLD_SIZE": "3"}, "1 of 3"),
    ],
)
def test_half_a_placement_is_refused_before_anything_waits(change, words):
    with pytest.raises(InvalidInput, match=words):
        Placement.from_environment(SECOND | change)
