"""Writes what describes the test camera: the GenICam XML that GenApi reads, and the register addresses for C."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from tests.support.gentl.table import FORMATS, HIDDEN, MODERN, Row, classic

REGISTER_BYTES = 8
STRING_BYTES = 64
_FIRST_ADDRESS = 0x1000
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<RegisterDescription ModelName="TestCam" VendorName="InspectorTests" ToolTip="Camera for tests"'
    ' StandardNameSpace="None" SchemaMajorVersion="1" SchemaMinorVersion="1" SchemaSubMinorVersion="0"'
    ' MajorVersion="1" MinorVersion="0" SubMinorVersion="0" ProductGuid="6F5B1A02-7C0B-4E4F-9F43-2B6C7A1E9D01"'
    ' VersionGuid="0B6C2E55-91D4-4C9C-8E57-AD0A6D2C7F10" xmlns="http://www.genicam.org/GenApi/Version_1_1">\n'
)


def _registers() -> list[tuple[str, int, int, str]]:
    """Every register once: name, address, how many copies, kind."""
    rows = {row.register: (row.copies, row.kind) for row in (*MODERN, *classic()) if row.register}
    rows |= dict.fromkeys(HIDDEN, (1, "integer"))
    address, found = _FIRST_ADDRESS, []
    for name, (copies, kind) in rows.items():
        found.append((name, address, copies, kind))
        address += copies * (STRING_BYTES if kind == "string" else REGISTER_BYTES)
    return found


ADDRESSES = {name: address for name, address, _, _ in _registers()}


def header() -> str:
    """`registers.h`: addresses, defaults and formats."""
    lines = [f"#define REG_{name} 0x{address:X}" for name, address in ADDRESSES.items()]
    last = _registers()[-1]
    lines.append(f"#define REG_FIRST 0x{_FIRST_ADDRESS:X}")
    lines.append(f"#define REG_END 0x{last[1] + last[2] * REGISTER_BYTES:X}")
    whole, real, text = [], [], []
    for row in {row.register: row for row in (*classic(), *MODERN)}.values():
        for copy in range(row.copies):
            if row.kind == "float":
                real.append(f"X(REG_{row.register} + {copy * REGISTER_BYTES}, {float(row.default)!r})")
            elif row.kind == "string" and row.default:
                text.append(f'X(REG_{row.register}, "{row.default}")')
            elif row.kind not in ("string", "command"):
                whole.append(f"X(REG_{row.register} + {copy * REGISTER_BYTES}, {row.default})")
    for name, entries in (("INTEGER_DEFAULTS", whole), ("FLOAT_DEFAULTS", real), ("STRING_DEFAULTS", text)):
        lines.append(f"#define {name} " + " ".join(entries))
    formats = (
        f'X({name}, 0x{number:08X}, {bits_px}, {bits}, {kind}, "{bayer}")'
        for name, (number, bits_px, bits, kind, bayer) in FORMATS.items()
    )
    return "\n".join([*lines, "#define FORMATS " + " ".join(formats), ""])


def _tag(name: str, value: object) -> str:
    return f"<{name}>{escape(str(value))}</{name}>"


def _limit(name: str, value: object) -> str:
    """A limit that is a number, or the register that holds it now."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _tag(f"p{name}", f"{value}_Now")
    return _tag(name, value)


def _base(row: Row) -> str:
    return "".join(
        (
            _tag("ToolTip", row.tip) if row.tip else "",
            _tag("Description", f"{row.tip} (feature of the test camera)") if row.tip else "",
            _tag("DisplayName", row.display or _spaced(row.name)),
            _tag("Visibility", row.visibility),
            _tag("pIsAvailable", f"{row.available}_Now") if row.available else "",
            _tag("pIsLocked", f"{row.locked}_Now") if row.locked else "",
        )
    )


def _spaced(name: str) -> str:
    """`ExposureTime` as people read it."""
    words = ""
    for before, letter in zip(" " + name, name, strict=False):
        words += f" {letter}" if letter.isupper() and before.islower() else letter
    return words


def _register(row: Row, tag: str, length: int, extra: str = "") -> str:
    index = ""
    if row.selector:
        selector = next(other for other in MODERN if other.name == row.selector)
        index = f'<pIndex Offset="{REGISTER_BYTES}">{selector.name}_Reg</pIndex>'
    cachable = "WriteThrough" if row.cached and row.access == "RW" else "NoCache"
    polling = _tag("PollingTime", row.polling_ms) if row.polling_ms else ""
    return (
        f"<{tag} Name={quoteattr(row.name + '_Reg')}>"
        + _tag("Address", f"0x{ADDRESSES[row.register]:X}")
        + index
        + _tag("Length", length)
        + _tag("AccessMode", row.access)
        + _tag("pPort", "Device")
        + _tag("Cachable", cachable)
        + polling
        + extra
        + f"</{tag}>\n"
    )


def _feature(row: Row, selected: Iterable[str]) -> str:
    """The nodes of one feature."""
    name = f'Name="{row.name}" NameSpace="{"Custom" if row.vendor else "Standard"}"'
    stream = _tag("Streamable", "Yes") if row.streamable else ""
    value = _tag("pValue", f"{row.name}_Reg")
    chosen = "".join(_tag("pSelected", other) for other in selected)
    whole = "<Sign>Signed</Sign><Endianess>LittleEndian</Endianess>"
    match row.kind:
        case "integer":
            limits = _limit("Min", row.low) + _limit("Max", row.high) + _limit("Inc", row.step)
            unit = _tag("Unit", row.unit) if row.unit else ""
            body = f"<Integer {name}>{_base(row)}{stream}{value}{limits}{unit}{chosen}</Integer>\n"
            return body + _register(row, "IntReg", REGISTER_BYTES, whole)
        case "float":
            limits = _limit("Min", row.low) + _limit("Max", row.high)
            unit = _tag("Unit", row.unit) if row.unit else ""
            body = f"<Float {name}>{_base(row)}{stream}{value}{limits}{unit}</Float>\n"
            return body + _register(row, "FloatReg", REGISTER_BYTES, "<Endianess>LittleEndian</Endianess>")
        case "boolean":
            switch = "<OnValue>1</OnValue><OffValue>0</OffValue>"
            body = f"<Boolean {name}>{_base(row)}{stream}{value}{switch}</Boolean>\n"
            return body + _register(row, "IntReg", REGISTER_BYTES, whole)
        case "enumeration":
            entries = "".join(
                f'<EnumEntry Name="{entry}" NameSpace="Standard">'
                + (_tag("pIsAvailable", "Never") if entry in row.absent else "")
                + _tag("Value", number)
                + "</EnumEntry>"
                for entry, number in row.entries
            )
            body = f"<Enumeration {name}>{_base(row)}{stream}{entries}{value}{chosen}</Enumeration>\n"
            return body + _register(row, "IntReg", REGISTER_BYTES, whole)
        case "command":
            body = f"<Command {name}>{_base(row)}{value}<CommandValue>1</CommandValue></Command>\n"
            return body + _register(row, "IntReg", REGISTER_BYTES, whole)
        case _:
            place = _tag("Address", f"0x{ADDRESSES[row.register]:X}") + _tag("Length", STRING_BYTES)
            rest = _tag("AccessMode", row.access) + _tag("pPort", "Device") + _tag("Cachable", "NoCache")
            return f"<StringReg {name}>{_base(row)}{stream}{place}{rest}</StringReg>\n"


def xml(rows: tuple[Row, ...] = MODERN) -> str:
    """The description that the device hands out."""
    categories: dict[str, list[str]] = {}
    for row in rows:
        categories.setdefault(row.category, []).append(row.name)
    top = "".join(_tag("pFeature", name) for name in categories)
    parts = [_HEAD, f'<Category Name="Root" NameSpace="Standard">{top}</Category>\n']
    for category, names in categories.items():
        inside = "".join(_tag("pFeature", name) for name in names)
        shown = _tag("DisplayName", _spaced(category))
        parts.append(f'<Category Name="{category}" NameSpace="Standard">{shown}{inside}</Category>\n')
    parts += [_feature(row, (other.name for other in rows if other.selector == row.name)) for row in rows]
    parts += [
        f'<IntReg Name="{name}_Now"><Address>0x{ADDRESSES[name]:X}</Address><Length>{REGISTER_BYTES}</Length>'
        "<AccessMode>RO</AccessMode><pPort>Device</pPort><Cachable>NoCache</Cachable>"
        "<Sign>Signed</Sign><Endianess>LittleEndian</Endianess></IntReg>\n"
        for name in (*HIDDEN, "SIZE_STEP", "LINE_STEP")
    ]
    parts.append('<Integer Name="Never"><Value>0</Value></Integer>\n')
    parts.append('<Port Name="Device" NameSpace="Standard"/>\n</RegisterDescription>\n')
    return "".join(parts)
