"""Every pixel format end to end: packed by the test camera in C, through GenTL and the camera process, to the value."""

import contextlib

import numpy as np
import pytest

from inspector.cameras.catalog import Catalog
from inspector.cameras.pixel_formats import BY_NAME
from inspector.core.errors import OperationalError
from inspector.core.frame import Frame, MissedFrame
from inspector.core.geometry import Rect
from inspector.core.recipe import CameraSettings
from tests.support.gentl.scene import (
    BAR_PX,
    BARS,
    bars,
    bayer_channels,
    inside_bars,
    light,
    of_422,
    ramp,
)
from tests.support.gentl.table import FORMATS

READABLE = [name for name in FORMATS if name in BY_NAME]
MONO = [name for name in READABLE if name.startswith("Mono")]
BAYER = [name for name in READABLE if name.startswith("Bayer")]
COLOR = [name for name in READABLE if name.startswith(("RGB", "BGR"))]
YUV = [name for name in READABLE if "422" in name]
HEIGHT, WIDTH = 42, 264
"""Of the areas in these tests: all eight bars, and lines that end within a packed group."""


class Shared:
    """One camera for all tests of this file. If a busy machine loses it, only the test that lost it fails."""

    def __init__(self, testcam):
        self._testcam = testcam
        self._camera = self._open()

    def reset(self):
        """The camera with the settings it has from its maker, and sizes of any number."""
        with contextlib.suppress(OperationalError):
            return self._load()
        self.close()
        self._camera = self._open()
        return self._load()

    def close(self):
        self._camera.close()

    def _open(self):
        return Catalog([self._testcam.folder]).open(self._testcam.camera_id())

    def _load(self):
        self._camera.features.execute("UserSetLoad")
        self._camera.features.load((("SizeStep", "1"), ("LineStep", "1")))
        return self._camera


@pytest.fixture(scope="module")
def shared(testcam):
    with contextlib.closing(Shared(testcam)) as kept:
        yield kept


@pytest.fixture
def camera(shared):
    """Stopped, as it comes from its maker."""
    camera = shared.reset()
    yield camera
    camera.stop()


def one(camera, name: str, *, height: int = HEIGHT, width: int = WIDTH, x: int = 0, y: int = 0, **more) -> Frame:
    """The first picture with these settings."""
    camera.apply(CameraSettings(pixel_format=name, roi=Rect(x, y, width, height), rate_hz=200, **more))
    camera.start()
    part = camera.next(5000)
    camera.stop()
    assert isinstance(part, Frame), part
    assert part.source_format == name
    return part


def test_the_camera_has_every_format_that_can_be_read(camera):
    assert set(READABLE) == set(BY_NAME)
    assert {name: FORMATS[name][0] for name in READABLE} == {name: BY_NAME[name].value for name in BY_NAME}
    assert set(READABLE) < set(camera.features.describe(["PixelFormat"])[0].entries)


@pytest.mark.parametrize("name", MONO)
@pytest.mark.parametrize(("width", "padding"), [(WIDTH, 0), (61, 0), (61, 5), (64, 3)])
def test_every_gray_sample_comes_through(camera, name, width, padding):
    camera.features.set("LinePadding", str(padding))
    image = one(camera, name, width=width, height=23).image
    assert np.array_equal(image, ramp(23, width)[..., 0] >> 8)


@pytest.mark.parametrize("name", BAYER)
def test_every_bayer_format_shows_the_true_colors(camera, name):
    camera.features.set("TestPattern", "ColorBars")
    image = one(camera, name).image
    middle = inside_bars(WIDTH)
    assert image.shape == (HEIGHT, WIDTH, 3)
    assert np.array_equal(image[4:-4, middle], bars(HEIGHT, WIDTH)[4:-4, middle])


@pytest.mark.parametrize("name", BAYER)
@pytest.mark.parametrize(("width", "padding"), [(61, 0), (61, 5)])
def test_every_bayer_sample_stays_where_the_sensor_had_it(camera, name, width, padding):
    camera.features.set("LinePadding", str(padding))
    image = one(camera, name, width=width, height=24).image
    channels = bayer_channels(name, 24, width)[..., None]
    own = np.take_along_axis(image, channels, axis=2)[1:-1, 1:-1, 0]
    sensor = np.take_along_axis(ramp(24, width), channels, axis=2)[1:-1, 1:-1, 0] >> 8
    assert np.array_equal(own, sensor)


@pytest.mark.parametrize("name", COLOR)
@pytest.mark.parametrize(("width", "padding"), [(WIDTH, 0), (61, 5)])
def test_every_color_sample_comes_through(camera, name, width, padding):
    camera.features.set("LinePadding", str(padding))
    assert np.array_equal(one(camera, name, width=width).image, ramp(HEIGHT, width) >> 8)


@pytest.mark.parametrize("name", YUV)
@pytest.mark.parametrize("padding", [0, 4])
def test_every_422_format_keeps_light_and_color(camera, name, padding):
    camera.features.set("LinePadding", str(padding))
    image = one(camera, name).image
    assert np.abs(image - of_422(ramp(HEIGHT, WIDTH) >> 8)).max() <= 1.01


def test_a_422_format_of_odd_width_is_a_fault_and_no_picture(camera):
    camera.apply(CameraSettings(pixel_format="YUV422_8", roi=Rect(0, 0, 61, 24), rate_hz=200))
    camera.start()
    assert isinstance(camera.next(5000), MissedFrame)
    with pytest.raises(OperationalError, match="no odd width") as caught:
        camera.next(5000)
    assert caught.value.code == "CAM-006"


def test_a_format_that_nobody_reads_is_refused_by_name(camera):
    with pytest.raises(OperationalError, match="asked Mono4p, which cannot be read"):
        camera.apply(CameraSettings(pixel_format="Mono4p"))
    camera.features.set("PixelFormat", "Mono4p")
    with pytest.raises(OperationalError, match="sends Mono4p") as caught:
        camera.start()
    assert caught.value.code == "CAM-006"


@pytest.mark.parametrize("follows", [False, True])
@pytest.mark.parametrize(("x", "y", "mirrored"), [(1, 0, False), (0, 1, False), (33, 5, False), (2, 3, True)])
@pytest.mark.parametrize("name", ["BayerRG8", "BayerGB12p"])
def test_an_area_at_any_place_keeps_its_colors(camera, name, x, y, mirrored, follows):
    camera.features.load(
        (("TestPattern", "ColorBars"), ("ReverseX", str(mirrored).lower()), ("BayerFollows", str(follows).lower()))
    )
    camera.apply(CameraSettings(pixel_format=name, rate_hz=200, roi=Rect(0, 0, WIDTH, HEIGHT)))
    camera.features.load((("OffsetX", str(x)), ("OffsetY", str(y))))
    camera.start()
    image = camera.next(5000).image
    expected, middle = bars(HEIGHT, WIDTH, x=x), inside_bars(WIDTH, x=x)
    if mirrored:
        expected, middle = expected[:, ::-1], middle[::-1]
    assert np.array_equal(image[4:-4, middle], expected[4:-4, middle])


@pytest.mark.parametrize(("exposure_us", "gain_db"), [(5000, 0), (10_000, 0), (2500, 6), (1234.5, 12.5), (40_000, 0)])
def test_brightness_is_exposure_times_gain(camera, exposure_us, gain_db):
    frame = one(camera, "Mono8", exposure_us=exposure_us, gain_db=gain_db)
    assert (frame.exposure_us, frame.gain_db) == (exposure_us, gain_db)
    factor = light(exposure_us, gain_db)
    assert np.array_equal(frame.image, ramp(HEIGHT, WIDTH, factors=(factor, factor, factor))[..., 0] >> 8)


def test_white_balance_and_black_level_reach_the_picture(camera):
    ratios = (1.5, 1.0, 0.5)
    image = one(camera, "RGB8", white_balance=ratios, black_level=16).image
    assert np.array_equal(image, ramp(HEIGHT, WIDTH, factors=ratios, black=16) >> 8)


def test_the_area_is_the_part_of_the_sensor_that_was_asked_for(camera):
    image = one(camera, "RGB8", x=35, y=17, width=70, height=31).image
    assert np.array_equal(image, ramp(31, 70, x=35, y=17) >> 8)
    camera.features.set("ReverseX", "true")
    assert np.array_equal(
        one(camera, "Mono12p", x=8, width=61).image, ramp(HEIGHT, 61, x=8, mirrored=True)[..., 0] >> 8
    )


def test_the_bars_are_where_they_are_drawn(camera):
    camera.features.set("TestPattern", "ColorBars")
    image = one(camera, "RGB8").image
    assert [tuple(image[10, BAR_PX * place + 10]) for place in range(8)] == list(BARS)


def test_a_height_of_zero_is_taken_from_the_camera(camera):
    camera.features.set("FaultHeightZero", "true")
    assert np.array_equal(one(camera, "Mono8").image, ramp(HEIGHT, WIDTH)[..., 0] >> 8)


def test_a_constant_size_says_nothing_and_does_no_harm(camera):
    camera.features.set("FaultFilledConstant", "true")
    assert np.array_equal(one(camera, "Mono10p", width=61).image, ramp(HEIGHT, 61)[..., 0] >> 8)


@pytest.mark.parametrize("damaged", ["false", "true"])
def test_chunk_data_behind_a_picture_is_not_part_of_it(camera, damaged):
    camera.apply(CameraSettings(pixel_format="Mono12p", roi=Rect(0, 0, 61, HEIGHT), rate_hz=200))
    assert camera.features.get("ChunkModeActive") == "false", "it is switched off, and may be switched on again"
    camera.features.load((("ChunkModeActive", "true"), ("FaultCorruptChunk", damaged)))
    camera.start()
    assert np.array_equal(camera.next(5000).image, ramp(HEIGHT, 61)[..., 0] >> 8)


@pytest.mark.parametrize(("mode", "known"), [("Nanoseconds", True), ("Ticks", True), ("Absent", False)])
def test_the_cameras_clock_is_told_in_nanoseconds_or_not_at_all(camera, mode, known):
    camera.features.set("TimestampMode", mode)
    camera.apply(CameraSettings(pixel_format="Mono8", roi=Rect(0, 0, 64, 48), rate_hz=50))
    camera.start()
    stamps = [camera.next(5000).camera_timestamp_ns for _ in range(6)]
    if not known:
        assert stamps == [None] * 6
        return
    assert 0.08e9 < stamps[-1] - stamps[0] < 0.3e9  # five periods of 20 ms
