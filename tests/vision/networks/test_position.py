import torch

from inspector.vision.networks.config import PositionKind
from inspector.vision.networks.position import LearnedPosition, SinePosition, build_position


def test_learned_code_is_column_half_first_in_row_major_order() -> None:
    position = LearnedPosition((3, 5), 8)
    code = position()
    assert code.shape == (15, 8)
    for row in range(3):
        for col in range(5):
            expected = torch.cat([position.col[col], position.row[row]])
            assert torch.equal(code[row * 5 + col], expected)


def test_learned_tables_start_uniform_and_learn() -> None:
    position = LearnedPosition((14, 14), 256)
    assert sum(p.numel() for p in position.parameters()) == 3584
    values = torch.cat([position.col.flatten(), position.row.flatten()]).detach()
    assert float(values.min()) >= 0
    assert float(values.max()) < 1
    assert 0.45 < float(values.mean()) < 0.55


def test_sine_code_has_nothing_to_train_or_to_store_and_tells_places_apart() -> None:
    position = build_position(PositionKind.SINE, (14, 16), 64)
    assert isinstance(position, SinePosition)
    assert not list(position.parameters())
    assert not position.state_dict()
    code = position()
    assert code.shape == (224, 64)
    assert float(code.abs().max()) <= 1
    distance = torch.cdist(code, code) + torch.eye(224) * 9
    assert float(distance.min()) > 0.05
    # The row half is the same along a row, the column half along a column.
    grid = code.reshape(14, 16, 64)
    assert torch.equal(grid[3, 2, :32], grid[3, 9, :32])
    assert torch.equal(grid[3, 2, 32:], grid[8, 2, 32:])
