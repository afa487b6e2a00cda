"""The one loop of a GenICam camera process: requests in, pictures out.

Everything here happens in the child, in one thread. The loop never waits longer than 5 ms in the driver, so a trigger
or a stop is served at once; whatever may take longer is announced (`Link.busy`). The driver itself is behind `Device`.
"""

import logging
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import cv2

from inspector.cameras import features, output_line, readings
from inspector.cameras.device import Device, DriverError
from inspector.cameras.feature_lines import load_lines, save_lines
from inspector.cameras.link import Link, ParentGone, Request
from inspector.cameras.messages import feature_fields, settings_fields, settings_from
from inspector.cameras.nodes import FeatureRefused, Node, as_text, from_text, why_locked
from inspector.cameras.pixel_formats import BY_NAME, usable
from inspector.cameras.stream import NO_PART, CameraLost, Stream
from inspector.core.camera_features import Feature, FeatureKind
from inspector.core.errors import OperationalError, TriggerRefused

logger = logging.getLogger(__name__)

_IDLE_S = 0.02
_APPLY_LIMIT_S = 5.0
_START_LIMIT_S = 5.0
_STOP_LIMIT_S = 3.0
_COMMAND_LIMIT_S = 5.0
_LINES_LIMIT_S = 18.0
_SLICE_S = 0.008
_LONGEST_PULSE_S = 0.01
_COMMAND_POLL_S = 0.01


class HostLoop:
    """Serves one camera until it is asked to close or the program is gone."""

    def __init__(self, link: Link, device: Device) -> None:
        """Take over an opened device."""
        self._link = link
        self._device = device
        self._stream: Stream | None = None
        self._lost = False
        self._closing = False
        self._written_format: str | None = None
        self._snapshots: deque[tuple[Request, Iterator[Feature], list[dict[str, Any]]]] = deque()
        self._commands: deque[tuple[Request, Node, float]] = deque()

    def run(self) -> None:
        """Loop. ParentGone leaves with the device closed."""
        cv2.setNumThreads(1)  # threads that spin beside the driver's own cost more than they bring at these sizes
        try:
            while not self._closing:
                self._link.beat(**(self._stream.counters() if self._stream is not None else {}))
                working = self._stream is not None or self._snapshots or self._commands
                request = self._link.receive(0 if working else _IDLE_S)
                if request is not None:
                    self._serve(request)
                if self._snapshots:
                    self._continue_snapshot()
                if self._commands:
                    self._await_command()
                if self._stream is not None:
                    try:
                        self._stream.step()
                    except CameraLost as reason:
                        self._lose(str(reason))
        except ParentGone:
            self._close()
            raise

    # --- requests ---

    def _serve(self, request: Request) -> None:
        try:
            match request.what:
                case "apply":
                    self._link.answer(request, **self._apply(request.fields))
                case "start":
                    self._link.answer(request, **self._start(request.fields))
                case "stop":
                    self._stop()
                    self._link.answer(request)
                case "trigger":
                    self._trigger(request.fields["part_number"])
                    self._link.answer(request)
                case "snapshot":
                    self._snapshots.append((request, self._device.describe(request.fields.get("names")), []))
                case "get":
                    self._link.answer(request, value=self._get(request.fields["name"]))
                case "set":
                    self._link.answer(request, value=self._set(request.fields["name"], request.fields["text"]))
                case "execute":
                    self._execute(request)
                case "save":
                    with self._link.busy("reading all settings", _LINES_LIMIT_S):
                        lines = save_lines(self._device.nodes, self._device.describe())
                    self._link.answer(request, lines=lines)
                case "load":
                    self._link.answer(request, results=self._load(request.fields["lines"]))
                case "find_output":
                    with self._link.busy("looking for the output line", _APPLY_LIMIT_S):
                        line = output_line.find_output(self._device.nodes)
                    self._link.answer(request, line=line)
                case "pulse":
                    self._link.answer(request, took_us=self._pulse(**request.fields))
                case "close":
                    self._close()
                    self._link.answer(request)
                case unknown:
                    raise OperationalError("SYS-001", f"The camera process does not know “{unknown}”.")
        except (OperationalError, TriggerRefused) as error:
            self._link.refuse(request, error)
        except (FeatureRefused, DriverError) as error:
            self._link.refuse(request, OperationalError("CAM-004", f"The camera refused: {error}"))

    def describe_camera(self) -> dict[str, object]:
        """What the program needs to know to make a ring, after opening and after every change of settings.

        Raises:
            OperationalError: CAM-006, the camera does not tell how large its pictures are.
        """
        try:
            height, width = readings.sensor_size(self._device.nodes)
        except FeatureRefused as refusal:
            raise OperationalError("CAM-006", f"The camera cannot be used: {refusal}") from refusal
        return {"sensor": [height, width]}

    def _apply(self, fields: Mapping[str, Any]) -> dict[str, object]:
        self._check_lost()
        if self._stream is not None:
            raise OperationalError("CAM-004", "Settings are applied only while the camera is stopped.")
        with self._link.busy("apply", _APPLY_LIMIT_S):
            settings = settings_from(fields["settings"])
            if settings.pixel_format is not None and settings.pixel_format not in BY_NAME:
                raise OperationalError(
                    "CAM-004",
                    f"Pixel format: asked {settings.pixel_format}, which cannot be read.",
                    f"Use one of {self._formats()}.",
                )
            applied = features.apply_settings(self._device.nodes, settings)
            self._written_format = settings.pixel_format
            return {
                "settings": settings_fields(applied.settings),
                "lacking": list(applied.lacking),
                **self.describe_camera(),
            }

    def _check_lost(self) -> None:
        if self._lost:
            raise OperationalError("CAM-002", "Camera lost: open it again.")

    def _formats(self) -> str:
        node = self._device.nodes.find("PixelFormat")
        names = usable(node.entries()) if node is not None else ()
        return ", ".join(names) or "the formats that Inspector reads; this camera offers none of them"

    def _start(self, fields: Mapping[str, Any]) -> dict[str, object]:
        self._check_lost()
        if self._stream is not None:
            raise OperationalError("CAM-004", "The camera streams already.")
        with self._link.busy("start", _START_LIMIT_S):
            features.select_picture(self._device.nodes)
            self._check_format()
            try:
                self._stream = Stream(self._link, self._device, fields["ring"], self._written_format)
            except DriverError as error:
                raise OperationalError("CAM-002", f"The camera does not start: {error}") from error
        return {"trigger": self._stream.mode.value}

    def _check_format(self) -> None:
        node = self._device.nodes.find("PixelFormat")
        if node is None or not node.readable():
            return
        name = as_text(node.read())
        if name not in BY_NAME:
            raise OperationalError(
                "CAM-006", f"The camera sends {name}, which cannot be read.", f"Use one of {self._formats()}."
            )

    def _trigger(self, part_number: int) -> None:
        if self._stream is None:
            raise TriggerRefused("the camera does not stream")
        self._stream.trigger(part_number)

    def _stop(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return
        try:
            with self._link.busy("stop", _STOP_LIMIT_S):
                if not self._lost:
                    self._device.stop()
        finally:
            stream.end()

    def _close(self) -> None:
        self._closing = True
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.end()
        try:
            with self._link.busy("close", _STOP_LIMIT_S):
                self._device.close(dead=self._lost)
        except ParentGone:
            self._device.close(dead=self._lost)  # a second time, if it was the end of the announcement that failed

    def _lose(self, reason: str) -> None:
        stream, self._stream = self._stream, None
        self._lost = True
        if stream is not None:
            stream.end()
        logger.warning("the camera is lost: %s", reason)
        self._link.send("lost", reason=reason)

    # --- features ---

    def _node(self, name: str) -> Node:
        node = self._device.nodes.find(name)
        if node is None:
            raise OperationalError("CAM-004", f"The camera has no feature “{name}”.")
        return node

    def _get(self, name: str) -> str:
        node = self._node(name)
        if not node.readable():
            raise OperationalError("CAM-004", f"{name} cannot be read now.")
        with self._link.busy(f"reading {name}", _APPLY_LIMIT_S):
            return as_text(node.read())

    def _set(self, name: str, text: str) -> str:
        node = self._node(name)
        with self._link.busy(f"writing {name}", _APPLY_LIMIT_S):
            self._require_writable(node)
            before = as_text(node.read()) if node.readable() else ""
            node.write(text if node.kind is FeatureKind.COMMAND else from_text(node.kind, text))
            kept = as_text(node.read()) if node.readable() else ""
            logger.info("feature %s: %s -> %s, kept %s", name, before or "-", text, kept or "-")
            self._note_written({name: kept})
        return kept

    def _require_writable(self, node: Node) -> None:
        if not node.writable():
            reason = why_locked(node, streaming=self._stream is not None)
            raise OperationalError("CAM-004", f"{node.name} cannot be written now: {reason}.")

    def _note_written(self, kept: Mapping[str, str]) -> None:
        """Features were written past the settings: what is known of them is old. FeatureRefused."""
        self._written_format = kept.get("PixelFormat", self._written_format)
        if self._stream is not None:
            if any(name.startswith("Trigger") for name in kept):
                self._stream.read_trigger()
            self._stream.read_settings()

    def _load(self, lines: list[list[str]]) -> list[dict[str, Any]]:
        with self._link.busy("writing settings", _LINES_LIMIT_S):
            pairs = [(name, text) for name, text in lines]
            results = load_lines(self._device.nodes, pairs, streaming=self._stream is not None)
            self._note_written({result.name: result.kept for result in results if result.kept})
        for result in results:
            logger.info("feature %s: %s, kept %s %s", result.name, result.asked, result.kept, result.problem)
        return [asdict(result) for result in results]

    def _execute(self, request: Request) -> None:
        """Begin a command; `_await_command` answers when the camera is done with it."""
        name = request.fields["name"]
        node = self._node(name)
        if node.kind is not FeatureKind.COMMAND:
            raise OperationalError("CAM-004", f"{name} is no command.")
        self._require_writable(node)
        if name == "TriggerSoftware" and self._stream is not None:
            self._stream.trigger(NO_PART)
            self._link.answer(request)
            return
        with self._link.busy(f"executing {name}", _COMMAND_LIMIT_S):
            node.write("")
        logger.info("command %s executed", name)
        self._commands.append((request, node, time.monotonic() + _COMMAND_LIMIT_S))

    def _await_command(self) -> None:
        """Pictures go on while the camera works on a command."""
        request, node, give_up_at = self._commands[0]
        try:
            with self._link.busy(f"waiting for {node.name}", _COMMAND_LIMIT_S):
                done = node.done()
            if done and self._stream is not None:
                self._stream.read_settings()
        except FeatureRefused as refusal:
            self._commands.popleft()
            self._link.refuse(request, OperationalError("CAM-004", f"The camera refused: {refusal}"))
            return
        if done:
            self._commands.popleft()
            self._link.answer(request)
        elif time.monotonic() > give_up_at:
            self._commands.popleft()
            text = f"{node.name} was not done after {_COMMAND_LIMIT_S:g} s."
            self._link.refuse(request, OperationalError("CAM-004", text))
        elif self._stream is None:
            time.sleep(_COMMAND_POLL_S)

    def _continue_snapshot(self) -> None:
        """A slice of a snapshot; pictures go on in between."""
        request, rest, done = self._snapshots[0]
        until = time.monotonic() + _SLICE_S
        with self._link.busy("reading features", _APPLY_LIMIT_S):
            for feature in rest:
                done.append(feature_fields(feature))
                if time.monotonic() > until:
                    return
        self._snapshots.popleft()
        self._link.answer(request, features=done)

    def _pulse(self, duration_us: int, begin_by_ns: int) -> int:
        """One pulse on the output line; the time it took, in microseconds."""
        if time.monotonic_ns() > begin_by_ns:
            raise OperationalError("LIN-001", "The pulse came too late to be given.")
        begun = time.monotonic()
        output_line.set_output(self._device.nodes, active=True)
        time.sleep(min(duration_us / 1e6, _LONGEST_PULSE_S))
        output_line.set_output(self._device.nodes, active=False)
        return int((time.monotonic() - begun) * 1e6)
