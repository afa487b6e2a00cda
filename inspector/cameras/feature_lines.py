"""A camera's own settings as lines of name and value, read so that they can be written back in the same order.

A feature may hold several values, one for each entry of its selectors; such values stand behind the lines of their
selectors, and at the end every selector is put back to where it was. Writing goes through the lines as often as that
helps: a width may fit only after an offset was written that stands below it.
"""

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Sequence

from inspector.cameras.nodes import FeatureRefused, Node, Nodes, Value, as_text, from_text, why_locked
from inspector.core.camera_features import Feature, FeatureKind, FeatureLines, FeatureResult

_MOST_ENTRIES = 64
_TOLERANCE = 1e-6
_NEVER_SAVED = frozenset({"TLParamsLocked"})
WRITTEN_BY_SETTINGS = frozenset(
    {
        *("PixelFormat", "Width", "Height", "OffsetX", "OffsetY", "AcquisitionMode"),
        *("ExposureTime", "ExposureTimeAbs", "ExposureTimeRaw", "ExposureMode", "ExposureAuto"),
        *("Gain", "GainAbs", "GainRaw", "GainSelector", "GainAuto"),
        *("BlackLevel", "BlackLevelAbs", "BlackLevelRaw", "BlackLevelSelector", "Gamma", "GammaEnable"),
        *("BalanceWhiteAuto", "BalanceRatioSelector", "BalanceRatio", "BalanceRatioAbs", "BalanceRatioRaw"),
        *("AcquisitionFrameRate", "AcquisitionFrameRateAbs"),
        *("AcquisitionFrameRateEnable", "AcquisitionFrameRateEnabled", "AcquisitionFrameRateAuto"),
        *("TriggerSelector", "TriggerMode", "TriggerSource", "TriggerActivation", "TriggerDelay", "TriggerDelayAbs"),
    }
)
"""Features that `CameraSettings` has fields for; any other one that matters must be in a recipe's `extra`."""


def save_lines(nodes: Nodes, features: Iterable[Feature]) -> FeatureLines:
    """Read the settings: what the camera marks as such, or all that can be read and written if it marks none.

    Raises:
        FeatureRefused: a selector could not be put back.
    """
    known = [feature for feature in features if feature.kind is not FeatureKind.COMMAND]
    selectors = {name for feature in known for name in feature.selected_by}
    chosen = [feature for feature in known if feature.streamable]
    if not chosen:
        chosen = [feature for feature in known if feature.readable and feature.writable]
    chosen = [feature for feature in chosen if feature.name not in selectors | _NEVER_SAVED]
    lines: list[tuple[str, str]] = []
    for names, group in itertools.groupby(chosen, key=lambda feature: feature.selected_by):
        features_of_group = list(group)
        with _restored(nodes, names) as before:
            for entries in itertools.product(*(_entries(nodes, name) for name in names)):
                if not _choose(nodes, zip(names, entries, strict=True)):
                    continue
                values = list(_values(nodes, features_of_group))
                if values:
                    lines += [*zip(names, entries, strict=True), *values]
        lines += before
    return tuple(lines)


def _values(nodes: Nodes, features: Iterable[Feature]) -> Iterator[tuple[str, str]]:
    for feature in features:
        node = nodes.find(feature.name)
        if node is not None and node.readable():
            with contextlib.suppress(FeatureRefused):  # what cannot be read now has no value to go back to
                yield feature.name, _exact(node.read())


def _exact(value: Value) -> str:
    """A value in full: what people see has nine digits, and settings must come back as they were."""
    return repr(value) if isinstance(value, float) else as_text(value)


def _entries(nodes: Nodes, name: str) -> tuple[str, ...]:
    """What a selector can be set to now."""
    node = nodes.find(name)
    if node is None or not node.writable():
        return ()
    if node.kind is FeatureKind.ENUMERATION:
        return node.entries()
    low, high, step = node.limits()
    if low is None or high is None or (high - low) / (step or 1) >= _MOST_ENTRIES:
        return ()
    return tuple(str(number) for number in range(int(low), int(high) + 1, max(1, int(step or 1))))


def _choose(nodes: Nodes, entries: Iterable[tuple[str, str]]) -> bool:
    """Set selectors; False if the camera does not take one of them, so that there is nothing to read behind it."""
    for name, entry in entries:
        node = nodes.find(name)
        if node is None or not node.writable():
            return False
        try:
            node.write(from_text(node.kind, entry))
        except FeatureRefused:
            return False
    return True


@contextlib.contextmanager
def _restored(nodes: Nodes, names: Sequence[str]) -> Iterator[list[tuple[str, str]]]:
    """Put selectors back at the end; gives the lines that do the same. FeatureRefused."""
    found = [(name, node) for name in names if (node := nodes.find(name)) is not None and node.readable()]
    before = [(name, as_text(node.read())) for name, node in found]
    try:
        yield before
    finally:
        for (_, node), (_, value) in zip(found, before, strict=True):
            if node.writable():
                node.write(from_text(node.kind, value))


def load_lines(nodes: Nodes, lines: Sequence[tuple[str, str]], *, streaming: bool = False) -> tuple[FeatureResult, ...]:
    """Write settings in their order, each as far as the camera takes it, and read back what it kept.

    Args:
        nodes: of the camera.
        lines: as `save_lines` gives them, or as somebody wrote them.
        streaming: pictures come, which explains some refusals.

    Returns:
        One result for each line, in their order.
    """

    def attempt() -> tuple[FeatureResult, ...]:
        return tuple(_write(nodes, name, text, streaming=streaming) for name, text in lines)

    results = attempt()
    while problems := _problems(results):
        again = attempt()
        if _problems(again) >= problems:
            break
        results = again
    return results


def _problems(results: Sequence[FeatureResult]) -> int:
    return sum(bool(result.problem) for result in results)


def _write(nodes: Nodes, name: str, text: str, *, streaming: bool) -> FeatureResult:
    node = nodes.find(name)
    if node is None:
        return FeatureResult(name, text, "", "the camera has no such feature")
    if node.kind is FeatureKind.COMMAND:
        return FeatureResult(name, text, "", "a command is no setting")
    problem, kept = "", None
    try:
        wanted = from_text(node.kind, text)
        if not _holds(node, wanted):
            if node.writable():
                node.write(wanted)
            else:
                problem = why_locked(node, streaming=streaming)
        kept = node.read() if node.readable() else wanted
        if not problem and not _same(wanted, kept):
            problem = "the camera kept another value"
    except FeatureRefused as refusal:
        problem = str(refusal)
        with contextlib.suppress(FeatureRefused):
            kept = node.read() if node.readable() else None
    return FeatureResult(name, text, "" if kept is None else as_text(kept), problem)


def _holds(node: Node, wanted: Value) -> bool:
    return node.readable() and _same(wanted, node.read())


def _same(wanted: Value, kept: Value) -> bool:
    if isinstance(wanted, float) and isinstance(kept, float):
        return abs(wanted - kept) <= _TOLERANCE * max(1.0, abs(wanted))
    return wanted == kept
