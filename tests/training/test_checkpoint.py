"""Checkpoints that are missing, damaged, or of another job."""

import pytest
import torch

from inspector.core.errors import InvalidInput, OperationalError
from inspector.training.checkpoint import FILE, Progress, read_checkpoint, remove_checkpoint, write_checkpoint

PROGRESS = Progress("a", 3, 1.5, 0.25)
TENSORS = {"model.x": torch.arange(4.0)}


def test_what_was_written_is_read_and_removed(tmp_path):
    folder = tmp_path / "job"
    write_checkpoint(folder, TENSORS, PROGRESS)
    write_checkpoint(folder, {"model.x": torch.ones(4)}, PROGRESS)
    tensors, progress = read_checkpoint(folder, "a")
    assert progress == PROGRESS
    assert torch.equal(tensors["model.x"], torch.ones(4))
    assert [path.name for path in folder.iterdir()] == [FILE]
    remove_checkpoint(folder)
    assert not folder.exists()
    remove_checkpoint(folder)


def test_nothing_to_resume(tmp_path):
    with pytest.raises(InvalidInput, match="no interrupted training"):
        read_checkpoint(tmp_path, "a")


def test_another_jobs_checkpoint_is_refused(tmp_path):
    write_checkpoint(tmp_path, TENSORS, PROGRESS)
    with pytest.raises(InvalidInput, match="other data, preset, seed or budget"):
        read_checkpoint(tmp_path, "b")


@pytest.mark.parametrize("damage", [b"", b"text", None])
def test_a_damaged_checkpoint_is_named(tmp_path, damage):
    write_checkpoint(tmp_path, TENSORS, PROGRESS)
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes()[:-8] if damage is None else damage)
    with pytest.raises(OperationalError, match=r"RCP-002: .*checkpoint\.safetensors is damaged"):
        read_checkpoint(tmp_path, "a")


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OperationalError, match="DAT-002"):
        write_checkpoint(tmp_path / "file" / "job", TENSORS, PROGRESS)
