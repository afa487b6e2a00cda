"""The test camera's features as one table: the GenICam XML and the C register addresses are both written from it.

Names and units are those of SFNC 2 (`modern`) or of SFNC 1 (`classic`); both describe the same registers. A test that
wants to know a limit, a unit or a tooltip looks here, and what GenApi makes of the XML must be the same.
"""

from dataclasses import dataclass, replace

SENSOR_WIDTH, SENSOR_HEIGHT = 640, 480
NOMINAL_EXPOSURE_US = 5000.0

# Name -> (number of the PFNC, bits in memory per pixel, significant bits, how samples lie, first Bayer samples).
# Written from the PFNC's own table, not from the decoder's, so that a wrong number there fails.
FORMATS: dict[str, tuple[int, int, int, str, str]] = {
    "Mono8": (0x01080001, 8, 8, "BYTES", ""),
    "Mono10": (0x01100003, 16, 10, "WORDS", ""),
    "Mono12": (0x01100005, 16, 12, "WORDS", ""),
    "Mono14": (0x01100025, 16, 14, "WORDS", ""),
    "Mono16": (0x01100007, 16, 16, "WORDS", ""),
    "Mono10p": (0x010A0046, 10, 10, "LSB_STREAM", ""),
    "Mono12p": (0x010C0047, 12, 12, "LSB_STREAM", ""),
    "Mono10Packed": (0x010C0004, 12, 10, "MSB_PAIRS", ""),
    "Mono12Packed": (0x010C0006, 12, 12, "MSB_PAIRS", ""),
    **{f"Bayer{p}8": (0x01080008 + i, 8, 8, "BYTES", p) for i, p in enumerate(("GR", "RG", "GB", "BG"))},
    **{f"Bayer{p}10": (0x0110000C + i, 16, 10, "WORDS", p) for i, p in enumerate(("GR", "RG", "GB", "BG"))},
    **{f"Bayer{p}12": (0x01100010 + i, 16, 12, "WORDS", p) for i, p in enumerate(("GR", "RG", "GB", "BG"))},
    **{f"Bayer{p}16": (0x0110002E + i, 16, 16, "WORDS", p) for i, p in enumerate(("GR", "RG", "GB", "BG"))},
    **{f"Bayer{p}10Packed": (0x010C0026 + i, 12, 10, "MSB_PAIRS", p) for i, p in enumerate(("GR", "RG", "GB", "BG"))},
    **{f"Bayer{p}12Packed": (0x010C002A + i, 12, 12, "MSB_PAIRS", p) for i, p in enumerate(("GR", "RG", "GB", "BG"))},
    "BayerBG10p": (0x010A0052, 10, 10, "LSB_STREAM", "BG"),
    "BayerGB10p": (0x010A0054, 10, 10, "LSB_STREAM", "GB"),
    "BayerGR10p": (0x010A0056, 10, 10, "LSB_STREAM", "GR"),
    "BayerRG10p": (0x010A0058, 10, 10, "LSB_STREAM", "RG"),
    "BayerBG12p": (0x010C0053, 12, 12, "LSB_STREAM", "BG"),
    "BayerGB12p": (0x010C0055, 12, 12, "LSB_STREAM", "GB"),
    "BayerGR12p": (0x010C0057, 12, 12, "LSB_STREAM", "GR"),
    "BayerRG12p": (0x010C0059, 12, 12, "LSB_STREAM", "RG"),
    "RGB8": (0x02180014, 24, 8, "RGB", ""),
    "BGR8": (0x02180015, 24, 8, "BGR", ""),
    "RGBa8": (0x02200016, 32, 8, "RGBA", ""),
    "BGRa8": (0x02200017, 32, 8, "BGRA", ""),
    "YUV422_8": (0x02100032, 16, 8, "YUYV", ""),
    "YUV422_8_UYVY": (0x0210001F, 16, 8, "UYVY", ""),
    "YCbCr422_8": (0x0210003B, 16, 8, "YUYV", ""),
    # No decoder reads this one, so that refusing it can be tested.
    "Mono4p": (0x01040039, 4, 4, "LSB_STREAM", ""),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One feature and its register.

    Attributes:
        register: in C, `REG_<register>`; "" for a feature of the XML alone.
        kind: integer, float, boolean, enumeration, string or command.
        low, high, step: numbers, or the name of a hidden register that holds the limit now.
        entries: name -> number of an enumeration.
        absent: entries that exist and are not available.
        access: RW, RO or WO.
        locked: hidden register; not zero means that it cannot be written now.
        available: hidden register; zero means that it is not available now.
        selector: feature that chooses which of `copies` registers is meant.
        cached: GenApi may answer from its cache, which past-the-cache reads must see through.
        vendor: not of SFNC.
    """

    name: str
    category: str
    kind: str
    register: str
    default: int | float | str = 0
    unit: str = ""
    low: int | float | str | None = None
    high: int | float | str | None = None
    step: int | float | str | None = None
    entries: tuple[tuple[str, int], ...] = ()
    absent: tuple[str, ...] = ()
    visibility: str = "Beginner"
    tip: str = ""
    access: str = "RW"
    locked: str = ""
    available: str = ""
    selector: str = ""
    copies: int = 1
    cached: bool = True
    streamable: bool = False
    polling_ms: int = 0
    display: str = ""
    vendor: bool = False


def _names(*names: str) -> tuple[tuple[str, int], ...]:
    return tuple((name, number) for number, name in enumerate(names))


_STREAM = "LOCK_STREAM"
_DEVICE = "DeviceControl"
_IMAGE = "ImageFormatControl"
_ACQUISITION = "AcquisitionControl"
_ANALOG = "AnalogControl"
_LINES = "DigitalIOControl"
_LINK = "TransportLayerControl"
_FAULTS = "TestControl"


def _number(name: str, category: str, register: str, kind: str = "integer", **more: object) -> Row:
    return Row(name, category, kind, register, **more)


def _fault(name: str, tip: str, kind: str = "integer", **more: object) -> Row:
    register = "".join(f"_{letter}" if letter.isupper() else letter for letter in name).upper().strip("_")
    more.setdefault("low", 0 if kind == "integer" else None)
    more.setdefault("high", 1_000_000_000 if kind == "integer" else None)
    access = "WO" if kind == "command" else "RW"
    return Row(
        name, _FAULTS, kind, register, tip=tip, visibility="Guru", vendor=True, cached=False, access=access, **more
    )


MODERN: tuple[Row, ...] = (
    Row("DeviceVendorName", _DEVICE, "string", "VENDOR", access="RO", tip="Name of the manufacturer of the device."),
    Row("DeviceModelName", _DEVICE, "string", "MODEL", access="RO", tip="Model of the device."),
    Row("DeviceSerialNumber", _DEVICE, "string", "SERIAL", access="RO", visibility="Expert", tip="Serial number."),
    Row("DeviceFirmwareVersion", _DEVICE, "string", "FIRMWARE", "1.4.2", access="RO", visibility="Expert"),
    Row("DeviceUserID", _DEVICE, "string", "USER_ID", "North side", tip="Name given by a person.", streamable=True),
    Row(
        "DeviceTemperatureSelector",
        _DEVICE,
        "enumeration",
        "TEMPERATURE_SELECTOR",
        visibility="Expert",
        entries=_names("Sensor", "Mainboard"),
        tip="Where the temperature is measured.",
    ),
    Row(
        "DeviceTemperature",
        _DEVICE,
        "float",
        "TEMPERATURE",
        access="RO",
        unit="C",
        visibility="Expert",
        selector="DeviceTemperatureSelector",
        copies=2,
        cached=False,
        polling_ms=1000,
        tip="Device temperature in degrees Celsius.",
    ),
    Row(
        "DeviceIndicatorMode",
        _DEVICE,
        "enumeration",
        "INDICATOR",
        1,
        visibility="Guru",
        streamable=True,
        entries=_names("Inactive", "Active", "ErrorStatus"),
        absent=("ErrorStatus",),
        tip="What the lamp shows.",
    ),
    Row(
        "DeviceReset",
        _DEVICE,
        "command",
        "RESET",
        access="WO",
        visibility="Guru",
        tip="Resets the device to its power up state.",
    ),
    _number("SensorWidth", _IMAGE, "SENSOR_WIDTH", default=SENSOR_WIDTH, access="RO", visibility="Expert", unit="px"),
    _number(
        "SensorHeight", _IMAGE, "SENSOR_HEIGHT", default=SENSOR_HEIGHT, access="RO", visibility="Expert", unit="px"
    ),
    _number("WidthMax", _IMAGE, "WIDTH_MAX", default=SENSOR_WIDTH, access="RO", visibility="Expert", unit="px"),
    _number("HeightMax", _IMAGE, "HEIGHT_MAX", default=SENSOR_HEIGHT, access="RO", visibility="Expert", unit="px"),
    _number(
        "Width",
        _IMAGE,
        "WIDTH",
        default=SENSOR_WIDTH,
        unit="px",
        low=16,
        high="LIMIT_WIDTH",
        step="SIZE_STEP",
        locked=_STREAM,
        streamable=True,
        tip="Width of the image provided by the device (in pixels).",
    ),
    _number(
        "Height",
        _IMAGE,
        "HEIGHT",
        default=SENSOR_HEIGHT,
        unit="px",
        low=8,
        high="LIMIT_HEIGHT",
        step="LINE_STEP",
        locked=_STREAM,
        streamable=True,
        tip="Height of the image provided by the device (in pixels).",
    ),
    _number(
        "OffsetX",
        _IMAGE,
        "OFFSET_X",
        unit="px",
        low=0,
        high="LIMIT_OFFSET_X",
        step="SIZE_STEP",
        locked=_STREAM,
        streamable=True,
        tip="Horizontal offset from the origin to the region of interest (in pixels).",
    ),
    _number(
        "OffsetY",
        _IMAGE,
        "OFFSET_Y",
        unit="px",
        low=0,
        high="LIMIT_OFFSET_Y",
        step="LINE_STEP",
        locked=_STREAM,
        streamable=True,
        tip="Vertical offset from the origin to the region of interest (in pixels).",
    ),
    Row(
        "ReverseX",
        _IMAGE,
        "boolean",
        "REVERSE_X",
        visibility="Expert",
        locked=_STREAM,
        streamable=True,
        tip="Flip horizontally the image sent by the device.",
    ),
    Row(
        "PixelFormat",
        _IMAGE,
        "enumeration",
        "PIXEL_FORMAT",
        FORMATS["Mono8"][0],
        locked=_STREAM,
        streamable=True,
        entries=tuple((name, row[0]) for name, row in FORMATS.items()),
        tip="Format of the pixels provided.",
    ),
    Row(
        "TestPattern",
        _IMAGE,
        "enumeration",
        "PATTERN",
        visibility="Expert",
        streamable=True,
        cached=False,
        entries=_names("Ramp", "ColorBars", "Counter", "Black", "White"),
        tip="What the sensor sees.",
    ),
    Row(
        "AcquisitionMode",
        _ACQUISITION,
        "enumeration",
        "ACQUISITION_MODE",
        locked=_STREAM,
        streamable=True,
        entries=_names("Continuous", "SingleFrame", "MultiFrame"),
        tip="Acquisition mode of the device.",
    ),
    Row("AcquisitionStart", _ACQUISITION, "command", "START", access="WO", tip="Starts the acquisition."),
    Row("AcquisitionStop", _ACQUISITION, "command", "STOP", access="WO", tip="Stops the acquisition."),
    Row(
        "AcquisitionFrameRateEnable",
        _ACQUISITION,
        "boolean",
        "RATE_ENABLE",
        1,
        visibility="Expert",
        streamable=True,
        tip="Controls if the AcquisitionFrameRate feature is writable.",
    ),
    _number(
        "AcquisitionFrameRate",
        _ACQUISITION,
        "RATE",
        "float",
        default=30.0,
        unit="Hz",
        low=0.5,
        high=1000.0,
        locked="LOCK_RATE",
        streamable=True,
        tip="Acquisition rate (in Hertz) at which the frames are captured.",
    ),
    _number(
        "AcquisitionResultingFrameRate",
        _ACQUISITION,
        "RATE_RESULT",
        "float",
        access="RO",
        unit="Hz",
        cached=False,
        visibility="Expert",
        tip="What exposure time and rate allow together.",
    ),
    Row(
        "ExposureMode",
        _ACQUISITION,
        "enumeration",
        "EXPOSURE_MODE",
        entries=_names("Timed", "TriggerWidth"),
        streamable=True,
        tip="Operation mode of the exposure.",
    ),
    Row(
        "ExposureAuto",
        _ACQUISITION,
        "enumeration",
        "EXPOSURE_AUTO",
        entries=_names("Off", "Once", "Continuous"),
        absent=("Once",),
        streamable=True,
        tip="Sets the automatic exposure mode.",
    ),
    _number(
        "ExposureTime",
        _ACQUISITION,
        "EXPOSURE",
        "float",
        default=NOMINAL_EXPOSURE_US,
        unit="us",
        low=20.0,
        high=2_000_000.0,
        locked="LOCK_EXPOSURE",
        streamable=True,
        tip="Sets the exposure time when ExposureMode is Timed and ExposureAuto is Off.",
    ),
    Row(
        "TriggerSelector",
        _ACQUISITION,
        "enumeration",
        "TRIGGER_SELECTOR",
        entries=_names("FrameStart", "AcquisitionStart"),
        tip="Selects the type of trigger to configure.",
    ),
    Row(
        "TriggerMode",
        _ACQUISITION,
        "enumeration",
        "TRIGGER_MODE",
        entries=_names("Off", "On"),
        cached=True,
        selector="TriggerSelector",
        copies=2,
        streamable=True,
        tip="Controls if the selected trigger is active.",
    ),
    Row(
        "TriggerSource",
        _ACQUISITION,
        "enumeration",
        "TRIGGER_SOURCE",
        1,
        selector="TriggerSelector",
        copies=2,
        entries=_names("Software", "Line1", "Line3"),
        absent=("Line3",),
        streamable=True,
        tip="Specifies the internal signal or physical input Line to use as the trigger source.",
    ),
    Row(
        "TriggerActivation",
        _ACQUISITION,
        "enumeration",
        "TRIGGER_EDGE",
        selector="TriggerSelector",
        copies=2,
        entries=_names("RisingEdge", "FallingEdge"),
        streamable=True,
        tip="Activation mode of the trigger.",
    ),
    _number(
        "TriggerDelay",
        _ACQUISITION,
        "TRIGGER_DELAY",
        "float",
        unit="us",
        low=0.0,
        high=1_000_000.0,
        selector="TriggerSelector",
        copies=2,
        visibility="Expert",
        streamable=True,
        tip="Delay in microseconds after the trigger reception before activating it.",
    ),
    Row(
        "TriggerSoftware",
        _ACQUISITION,
        "command",
        "TRIGGER_SOFTWARE",
        access="WO",
        available="TRIGGER_READY",
        tip="Generates an internal trigger.",
    ),
    Row(
        "GainAuto",
        _ANALOG,
        "enumeration",
        "GAIN_AUTO",
        entries=_names("Off", "Continuous"),
        streamable=True,
        tip="Sets the automatic gain control mode.",
    ),
    _number(
        "Gain",
        _ANALOG,
        "GAIN",
        "float",
        default=0.0,
        unit="dB",
        low=0.0,
        high=24.0,
        locked="LOCK_GAIN",
        streamable=True,
        tip="Controls the gain as an absolute physical value.",
    ),
    _number(
        "BlackLevel",
        _ANALOG,
        "BLACK_LEVEL",
        "float",
        default=0.0,
        low=0.0,
        high=64.0,
        visibility="Expert",
        streamable=True,
        tip="Controls the analog black level.",
    ),
    Row(
        "BalanceRatioSelector",
        _ANALOG,
        "enumeration",
        "BALANCE_SELECTOR",
        entries=_names("Red", "Green", "Blue"),
        tip="Selects which color channel is controlled.",
    ),
    _number(
        "BalanceRatio",
        _ANALOG,
        "BALANCE",
        "float",
        default=1.0,
        low=0.25,
        high=4.0,
        copies=3,
        selector="BalanceRatioSelector",
        streamable=True,
        tip="Ratio of the selected color component.",
    ),
    Row(
        "LineSelector",
        _LINES,
        "enumeration",
        "LINE_SELECTOR",
        entries=_names("Line1", "Line2"),
        visibility="Expert",
        tip="Selects the physical line to configure.",
    ),
    Row(
        "LineMode",
        _LINES,
        "enumeration",
        "LINE_MODE",
        access="RO",
        entries=_names("Input", "Output"),
        copies=2,
        selector="LineSelector",
        visibility="Expert",
        tip="Whether the line is an input or an output.",
    ),
    Row(
        "LineSource",
        _LINES,
        "enumeration",
        "LINE_SOURCE",
        entries=_names("Off", "UserOutput1"),
        copies=2,
        selector="LineSelector",
        visibility="Expert",
        streamable=True,
        tip="Which signal is put on the line.",
    ),
    Row(
        "UserOutputSelector",
        _LINES,
        "enumeration",
        "OUTPUT_SELECTOR",
        entries=_names("UserOutput1"),
        visibility="Expert",
        tip="Selects which bit of the User Output register is set.",
    ),
    Row(
        "UserOutputValue",
        _LINES,
        "boolean",
        "OUTPUT_VALUE",
        visibility="Expert",
        cached=False,
        tip="Sets the value of the selected output.",
    ),
    _number(
        "PayloadSize",
        _LINK,
        "PAYLOAD",
        access="RO",
        unit="B",
        cached=False,
        visibility="Expert",
        tip="Number of bytes transferred for each image.",
    ),
    _number("TLParamsLocked", _LINK, "TL_LOCKED", low=0, high=1, visibility="Invisible", cached=False),
    Row(
        "ChunkModeActive",
        "ChunkDataControl",
        "boolean",
        "CHUNK_MODE",
        1,
        visibility="Expert",
        locked=_STREAM,
        tip="Activates the inclusion of Chunk data in the payload of the image.",
    ),
    Row(
        "UserSetSelector",
        "UserSetControl",
        "enumeration",
        "SET_SELECTOR",
        entries=_names("Default"),
        tip="Selects the feature user set to load.",
    ),
    Row(
        "UserSetLoad",
        "UserSetControl",
        "command",
        "SET_LOAD",
        access="WO",
        locked=_STREAM,
        tip="Loads the user set and makes it active.",
    ),
    _fault("LinePulse", "An edge at Line1, as the light barrier gives it.", "command"),
    _fault("FaultDropNext", "So many pictures are lost on the way."),
    _fault("FaultDropEvery", "Each picture whose number this divides is lost on the way."),
    _fault("FaultIncompleteNext", "So many pictures arrive with a part missing."),
    _fault("FaultIncompleteEvery", "Each picture whose number this divides arrives with a part missing."),
    _fault("FaultDuplicateNext", "So many pictures arrive twice."),
    _fault("FaultJumpId", "The camera's number jumps by this, although nothing is lost.", low=-1_000_000),
    _fault("FaultFreeze", "No more pictures; everything else answers.", "boolean"),
    _fault("FaultLost", "The device is gone: nothing answers, nothing comes.", "boolean"),
    _fault("FaultRestart", "The device restarts: defaults everywhere, and no pictures.", "command"),
    _fault("FaultDriverError", "Waiting for a picture fails with an error of the driver.", "boolean"),
    _fault("FaultRegisterDelay", "Every register takes this long.", unit="ms"),
    _fault("FaultStopDelay", "AcquisitionStop takes this long.", unit="ms"),
    _fault("FaultCrash", "The driver crashes.", "command"),
    _fault("FaultLate", "Pictures arrive this much later.", unit="ms"),
    _fault("FaultSwallowTriggers", "So many triggers are not seen."),
    _fault("FaultStrayFrame", "A picture that nobody triggered.", "command"),
    _fault("FaultHeightZero", "Buffers say that their height is 0.", "boolean"),
    _fault("FaultShortNext", "So many buffers claim to be complete and are not."),
    _fault("FaultFormatNext", "So many buffers say a format that there is none of."),
    _fault("FaultFilledConstant", "Buffers always say that they are full.", "boolean"),
    _fault("FaultCorruptChunk", "Chunk data is appended, and is damaged.", "boolean"),
    _fault("LinePadding", "Bytes after each line.", high=4096, unit="B", locked=_STREAM),
    _fault("SizeStep", "Increment of the area, across.", low=1, high=64, default=8, locked=_STREAM),
    _fault("LineStep", "Increment of the area, down.", low=1, high=64, default=2, locked=_STREAM),
    _fault("BayerFollows", "The name of a Bayer format follows the area's offset.", "boolean"),
    _fault("FrameIdFirst", "First number after a start.", default=1, locked=_STREAM),
    _fault("FrameIdShort", "Numbers have 16 bits and never are 0.", "boolean", locked=_STREAM),
    _fault(
        "TimestampMode", "What buffers say of time.", "enumeration", entries=_names("Nanoseconds", "Ticks", "Absent")
    ),
    _fault("RefusedSetting", "A value that the camera always refuses.", high=100),
    _fault("RoundedSetting", "A value that the camera rounds down to whole tens.", high=1000),
    Row(
        "PicturesTaken",
        _FAULTS,
        "integer",
        "PICTURES_TAKEN",
        access="RO",
        visibility="Guru",
        cached=False,
        vendor=True,
        tip="Pictures exposed since the start.",
    ),
    Row(
        "OutputEdges",
        _FAULTS,
        "integer",
        "OUTPUT_EDGES",
        access="RO",
        visibility="Guru",
        cached=False,
        vendor=True,
        tip="How often the user output changed.",
    ),
)

HIDDEN = (
    *("LIMIT_WIDTH", "LIMIT_HEIGHT", "LIMIT_OFFSET_X", "LIMIT_OFFSET_Y", "LOCK_STREAM", "LOCK_RATE", "LOCK_EXPOSURE"),
    *("LOCK_GAIN", "TRIGGER_READY"),
)
"""Registers that are no feature: limits and locks that the device works out itself."""

_CLASSIC_NAMES = {
    "ExposureTime": "ExposureTimeAbs",
    "AcquisitionFrameRate": "AcquisitionFrameRateAbs",
    "AcquisitionFrameRateEnable": "AcquisitionFrameRateEnabled",
    "AcquisitionResultingFrameRate": "ResultingFrameRateAbs",
    "TriggerDelay": "TriggerDelayAbs",
    "BalanceRatio": "BalanceRatioAbs",
}
GAIN_STEP_DB = 0.05


def classic() -> tuple[Row, ...]:
    """The same camera under the names of SFNC 1: gain in steps, no gain in decibels, no lock of its parameters."""
    rows = [replace(row, name=_CLASSIC_NAMES.get(row.name, row.name)) for row in MODERN]
    gain = Row(
        "GainRaw", _ANALOG, "integer", "GAIN_RAW", low=0, high=480, locked="LOCK_GAIN", streamable=True, tip="Steps."
    )
    return tuple(gain if row.name == "Gain" else row for row in rows if row.name != "TLParamsLocked")
