import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector import config
from inspector.config import DeviceChoice, Language, Settings, Theme
from inspector.core.errors import InvalidSettings, OperationalError

EVERY_KEY = """
version = 1
station_name = "站 A"
data_dir = "data"
language = "zh_CN"
theme = "dark"
source = "folder:/pictures"
recipe = "cap"
device = "cpu"
deadline_ms = 120
records_required = false
teach_beside_line = true
keep_every_nth_pass_image = 1
genicam_driver_folders = ["/opt/driver", "own"]
show_test_camera = true
"""


def test_missing_file_gives_the_defaults(tmp_path: Path) -> None:
    assert config.load(tmp_path / "settings.toml") == Settings()


def test_every_key_is_read_and_relative_folders_start_at_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(EVERY_KEY, encoding="utf-8")

    settings = config.load(file)

    assert settings == Settings(
        station_name="站 A",
        data_dir=tmp_path / "data",
        language=Language.CHINESE,
        theme=Theme.DARK,
        source="folder:/pictures",
        recipe="cap",
        device=DeviceChoice.CPU,
        deadline_ms=120,
        records_required=False,
        teach_beside_line=True,
        keep_every_nth_pass_image=1,
        genicam_driver_folders=(Path("/opt/driver"), tmp_path / "own"),
        show_test_camera=True,
    )
    assert all(field.name in EVERY_KEY for field in dataclasses.fields(Settings)), "a key is not covered here"


def test_every_problem_is_told_at_once_with_its_line() -> None:
    text = 'colour = "red"\ntheme = "pink"\n\nrecords_required = 1\ndeadline_ms = 0\n[camera]\ntheme = "dark"\n'

    with pytest.raises(InvalidSettings) as caught:
        config.parse(text)

    problems = caught.value.problems
    assert len(problems) == 5
    for line, key in ((1, "colour"), (2, "theme"), (4, "records_required"), (5, "deadline_ms"), (6, "camera")):
        assert any(f"line {line}: {key}" in problem for problem in problems), (line, key, problems)


@pytest.mark.parametrize(
    "line",
    [
        "deadline_ms = true",
        "deadline_ms = 1.5",
        "deadline_ms = nan",
        "deadline_ms = 600001",
        "keep_every_nth_pass_image = -1",
        "records_required = 'yes'",
        "station_name = ''",
        "station_name = '   '",
        'station_name = "a\\u0007b"',
        "station_name = 3",
        f"recipe = '{'x' * 129}'",
        "language = 'fr'",
        "device = 'gpu'",
        "source = 'webcam'",
        "source = 'folder:'",
        "source = 7",
        "data_dir = ''",
        "data_dir = 1979-05-27",
        "genicam_driver_folders = '/opt'",
        "genicam_driver_folders = [1]",
        "[theme]",
    ],
)
def test_a_wrong_value_is_refused(line: str) -> None:
    with pytest.raises(InvalidSettings, match="line 1"):
        config.parse(line)


def test_a_newer_file_is_refused_before_anything_else() -> None:
    with pytest.raises(InvalidSettings, match="newer than this program") as caught:
        config.parse("version = 2\nunknown = 1")
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize("line", ["version = 0", "version = true", "version = '1'"])
def test_a_wrong_version_is_refused(line: str) -> None:
    with pytest.raises(InvalidSettings, match="whole number"):
        config.parse(line)


def test_half_a_file_is_refused_with_its_place() -> None:
    with pytest.raises(InvalidSettings, match="line 2"):
        config.parse('theme = "dark"\nlangu\n')


def test_byte_order_mark_and_other_line_ends_are_accepted(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes('\ufefftheme = "dark"\r\nrecipe = "cap"\r\n'.encode())
    assert config.load(file) == Settings(theme=Theme.DARK, recipe="cap")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b"theme = '\xff'")
    with pytest.raises(InvalidSettings, match="UTF-8"):
        config.load(file)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b"#" * 1_000_001)
    with pytest.raises(InvalidSettings, match="larger"):
        config.load(file)


def test_a_folder_in_place_of_the_file_is_an_operational_error(tmp_path: Path) -> None:
    with pytest.raises(OperationalError, match="DAT-002"):
        config.load(tmp_path)


@given(
    st.builds(
        Settings,
        station_name=st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=40),
        language=st.sampled_from(Language),
        theme=st.sampled_from(Theme),
        device=st.sampled_from(DeviceChoice),
        deadline_ms=st.none() | st.integers(1, 600_000),
        records_required=st.booleans(),
        keep_every_nth_pass_image=st.integers(0, 1_000_000),
        genicam_driver_folders=st.lists(st.sampled_from([Path("/a"), Path("/b c")])).map(tuple),
        show_test_camera=st.booleans(),
    )
)
def test_saved_settings_are_read_back_equal(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> None:
    file = tmp_path_factory.mktemp("settings") / "settings.toml"
    config.save(settings, file)
    assert config.load(file) == settings


def test_saving_where_it_cannot_be_done_says_so_and_keeps_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    config.save(Settings(recipe="old"), file)
    (tmp_path / "settings.toml.tmp").mkdir()

    with pytest.raises(OperationalError, match="DAT-002"):
        config.save(Settings(recipe="new"), file)

    assert config.load(file).recipe == "old"
