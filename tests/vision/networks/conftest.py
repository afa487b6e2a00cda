"""Chance is the same in every test, whichever tests ran before."""

import pytest
import torch


@pytest.fixture(scope="module", autouse=True)
def _seeded_module() -> None:
    """Before the module's own fixtures."""
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)
