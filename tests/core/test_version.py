import tomllib
from pathlib import Path

from inspector.core.version import APP_VERSION


def test_the_program_has_the_version_of_its_project_file() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == APP_VERSION
