"""Parts at their time: what the simulated line and the folder replay have in common.

Both make their pictures themselves, so both need the same things around that: a rate that does not drift, a software
trigger, pictures made ahead in a thread of their own so that `next` keeps its time limit, numbers, misses in their
place, an end, and an orderly stop. A source says only how to make the picture of one number (`take`) and what happens
to it on its way (`mishap`).
"""

import concurrent.futures
import contextlib
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from inspector.cameras.meter import StreamMeter
from inspector.core.errors import OperationalError, TriggerRefused
from inspector.core.frame import Frame, MissedFrame, MissReason
from inspector.core.ports import StreamStatistics

SLOTS = 6
_AHEAD = 2
_LONGEST_WAIT_S = 3600.0
_CLOSE_LIMIT_S = 2.5
_HINT_LOST = "Check cable and power. When the camera is back: Acknowledge, then Start."


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """What one number gave.

    Attributes:
        image: uint8, new and C-contiguous; None when there is no usable picture, which `detail` explains.
        work_ms: how long it took to draw or decode.
    """

    image: NDArray[np.uint8] | None
    label: str = ""
    detail: str = ""
    source_format: str = ""
    exposure_us: float | None = None
    gain_db: float | None = None
    work_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Mishap:
    """What happens to a picture on its way.

    Attributes:
        dropped: it never arrives, and the next one shows the gap.
        incomplete: it arrives broken; says how.
        late_s: it arrives later.
        mute_s: the source says nothing for this long before it, infinite for ever.
        reason: why the source is mute, for CAM-002.
        jump: how many numbers the camera skips before it, although nothing was lost.
    """

    dropped: bool = False
    incomplete: str = ""
    late_s: float = 0.0
    mute_s: float = 0.0
    reason: str = ""
    jump: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """When parts come.

    Attributes:
        period_s: time from part to part; None waits for software triggers.
        lossy: a reader who comes too late loses parts (OVERRUN), as with a real camera; else the source waits for him.
        last: number of the last part; None for no end.
        mute_limit_s: a source that is mute for longer is lost (CAM-002).
        frame_timeout_s: a triggered part without a picture is answered after this time.
    """

    period_s: float | None
    lossy: bool = True
    last: int | None = None
    mute_limit_s: float = 1.0
    frame_timeout_s: float = 0.25


@dataclass(slots=True)
class _Awaited:
    """A part that was exposed and not handed out yet."""

    number: int
    due_s: float
    overrun: bool = False
    mishap: Mishap | None = None


@dataclass(frozen=True, slots=True)
class _Mute:
    """A source that says nothing: until when, from when on it counts as lost, and why."""

    until_s: float
    lost_s: float
    reason: str


class PacedSource:
    """Hands out parts in order. `next`, `start` and `close` belong to one thread; the rest may be called from any."""

    def __init__(
        self,
        camera_id: str,
        take: Callable[[int], Shot],
        *,
        mishap: Callable[[int], Mishap | None] = lambda number: None,
        slots: int = SLOTS,
    ) -> None:
        """Prepare; nothing runs yet.

        Args:
            camera_id: for the frames.
            take: makes the picture of a number; runs in a thread of its own, one number at a time.
            mishap: says what happens to a number; runs in the grab thread, once for each number.
            slots: how many pictures may wait for a late reader.
        """
        self._camera_id = camera_id
        self._take = take
        self._mishap = mishap
        self._slots = slots
        self._changed = threading.Condition()
        self._meter = StreamMeter()
        self._maker: concurrent.futures.ThreadPoolExecutor | None = None
        self._running = False
        self._finished = False
        self._pace = Pace(None)
        self._number = 1
        self._frame_id = 0
        self._gap = 0
        self._due_s = self._heard_s = 0.0
        self._blocked_s: float | None = None
        self._mute: _Mute | None = None
        self._lost: OperationalError | None = None
        self._awaited: deque[_Awaited] = deque()
        self._out: deque[tuple[Frame | MissedFrame, float]] = deque()
        self._made: dict[int, concurrent.futures.Future[Shot]] = {}

    @property
    def running(self) -> bool:
        """Whether parts are delivered."""
        return self._running

    @property
    def finished(self) -> bool:
        """Whether the last part was handed out."""
        return self._finished

    def start(self, pace: Pace) -> None:
        """Deliver from number 1."""
        self.stop()
        with self._changed:
            if self._maker is None:
                self._maker = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="camera pictures")
            self._pace = pace
            self._finished = pace.last is not None and pace.last < 1
            self._reset(time.monotonic())
            self._running = True
            self._meter.restart()
            self._make_ahead(1)

    def trigger(self, part_number: int | None) -> None:
        """Take one part now.

        Args:
            part_number: which picture; None takes the next one in order.

        Raises:
            TriggerRefused: not running, not waiting for triggers, at the end, or the part before is still awaited.
        """
        with self._changed:
            if not self._running:
                raise TriggerRefused("the source is stopped")
            if self._pace.period_s is not None:
                raise TriggerRefused("the source runs freely; it is not set to software trigger")
            if self._awaited or self._out:
                raise TriggerRefused("the part before is still awaited")
            if self._at_end():
                raise TriggerRefused("the source has reached its end")
            number = self._number if part_number is None else part_number
            self._number = number + 1
            self._awaited.append(_Awaited(number, time.monotonic()))
            self._changed.notify_all()

    def next(self, timeout_ms: int) -> Frame | MissedFrame | None:
        """The next part, or None: see `core.ports.Camera.next`."""
        give_up_at = time.monotonic() + timeout_ms / 1000
        with self._changed:
            while self._running:
                if self._out:
                    return self._hand_out()
                if self._lost is not None:
                    raise self._lost
                if self._finished:
                    return None
                look_again_at = self._advance(time.monotonic())
                if self._out or self._lost is not None:
                    continue
                remaining_s = give_up_at - time.monotonic()
                if remaining_s <= 0:
                    return None
                self._changed.wait(min(remaining_s, max(0.0, look_again_at - time.monotonic())))
        return None

    def stop(self) -> None:
        """Deliver nothing more; wakes a waiting `next`. Idempotent."""
        with self._changed:
            self._running = False
            self._forget()
            self._changed.notify_all()

    def refresh(self) -> None:
        """Throw away pictures made ahead: what they depend on has changed."""
        with self._changed:
            if self._running:
                self._forget()

    def close(self) -> None:
        """Stop for good. Waits for the picture in the making, but not for ever. Idempotent."""
        self.stop()
        with self._changed:
            maker, self._maker = self._maker, None
        if maker is not None:
            # A last job shows that the one before it has ended; a very large first picture takes longer than we may.
            ended = maker.submit(lambda: None)
            with contextlib.suppress(concurrent.futures.TimeoutError):
                ended.result(_CLOSE_LIMIT_S)
            maker.shutdown(wait=ended.done(), cancel_futures=True)

    def statistics(self) -> StreamStatistics:
        """Numbers of the stream."""
        return self._meter.read()

    # --- all below under the lock ------------------------------------------------------------------------------------

    def _reset(self, now: float) -> None:
        self._number, self._frame_id, self._gap = 1, 0, 0
        self._due_s = self._heard_s = now
        self._blocked_s = self._mute = self._lost = None
        self._awaited.clear()
        self._out.clear()
        self._forget()

    def _advance(self, now: float) -> float:
        """Move on as far as time and pictures allow; returns when to look again."""
        if self._mute is not None:
            return self._wait_mute(self._mute, now)
        if self._blocked_s is None:
            self._expose(now)
        if not self._awaited:
            due = self._due_s if self._pace.period_s is not None and not self._at_end() else math.inf
            return min(due, now + _LONGEST_WAIT_S)
        head = self._awaited[0]
        if head.overrun:
            self._answer(MissReason.OVERRUN, "no free slot", head.due_s, now)
            return now
        if head.mishap is None:
            head.mishap = self._mishap(head.number) or Mishap()
            if head.mishap.mute_s:
                self._fall_mute(head, head.mishap)
                return now
        if head.mishap.dropped:
            return self._lose_on_the_way(head, now)
        return self._deliver(head, head.mishap, head.due_s + head.mishap.late_s, now)

    def _expose(self, now: float) -> None:
        """Note all parts whose time has come."""
        period = self._pace.period_s
        if period is None:
            return
        waiting = sum(not part.overrun for part in self._awaited)
        while self._due_s <= now and not self._at_end():
            if self._pace.lossy:
                self._awaited.append(_Awaited(self._number, self._due_s, waiting >= self._slots))
                waiting += 1
                self._due_s += period
            elif self._awaited:
                return
            else:
                self._awaited.append(_Awaited(self._number, now))
                # Slower than its rate when the reader is, but never faster.
                self._due_s = max(self._due_s + period, now)
            self._number += 1

    def _fall_mute(self, head: _Awaited, mishap: Mishap) -> None:
        """A mute source takes no pictures: what seemed to be exposed after this part was not."""
        while len(self._awaited) > 1:
            self._awaited.pop()
        self._number = head.number + 1
        until_s, since_s = head.due_s + mishap.mute_s, head.due_s
        if self._pace.period_s is not None:
            since_s = max(self._heard_s, head.due_s - self._pace.period_s)
            self._due_s = until_s + self._pace.period_s
            # It comes when the source speaks again; a triggered one was answered long before.
            head.due_s = until_s
        self._mute = _Mute(until_s, since_s + self._pace.mute_limit_s, mishap.reason or "no pictures")

    def _wait_mute(self, mute: "_Mute", now: float) -> float:
        """Time passes without a word from the source."""
        if now >= mute.until_s:
            self._mute = None
            return now
        if now >= mute.lost_s:
            self._lost = OperationalError("CAM-002", f"Camera lost: {mute.reason}.", _HINT_LOST)
            return now
        look_again_at = min(mute.until_s, mute.lost_s)
        if self._pace.period_s is None and self._awaited:
            answer_at = self._awaited[0].due_s + self._pace.frame_timeout_s
            if now >= answer_at:
                self._answer(MissReason.NO_IMAGE, "no picture for this trigger", now, now)
                return now
            look_again_at = min(look_again_at, answer_at)
        return look_again_at

    def _lose_on_the_way(self, head: _Awaited, now: float) -> float:
        if self._pace.period_s is not None:
            self._awaited.popleft()
            self._gap += 1
            return now
        if now < head.due_s + self._pace.frame_timeout_s:
            return head.due_s + self._pace.frame_timeout_s
        self._answer(MissReason.NO_IMAGE, "no picture for this trigger", now, now)
        return now

    def _deliver(self, head: _Awaited, mishap: Mishap, arrives_s: float, now: float) -> float:
        making = self._making(head.number)
        if not making.done():
            if self._blocked_s is None:
                self._blocked_s = now
            return now + _LONGEST_WAIT_S
        if self._blocked_s is not None:
            # Making it took longer than the time between parts: the rate falls, the parts are not lost.
            blocked_s = now - max(self._blocked_s, head.due_s)
            self._blocked_s = None
            arrives_s += max(0.0, blocked_s)
            self._due_s += max(0.0, blocked_s)
        triggered = self._pace.period_s is None
        if triggered and mishap.late_s > self._pace.frame_timeout_s:
            # The picture itself will be stray when it comes.
            if now < head.due_s + self._pace.frame_timeout_s:
                return head.due_s + self._pace.frame_timeout_s
            self._answer(MissReason.NO_IMAGE, "no picture in time for this trigger", now, now)
            return now
        if now < arrives_s:
            return arrives_s
        self._gap += mishap.jump
        if self._gap < 0 or self._gap > 1000:
            self._lost = OperationalError("CAM-002", "Camera lost: numbering, its frame ids jumped.", _HINT_LOST)
            return now
        shot = making.result()
        at_s = arrives_s if self._pace.lossy and not triggered else now
        for _ in range(self._gap):
            self._put(self._missed(MissReason.GAP, "lost between camera and program", at_s, now), 0.0)
        self._gap = 0
        if shot.image is None or mishap.incomplete:
            detail = mishap.incomplete or shot.detail
            self._put(self._missed(MissReason.INCOMPLETE, detail, at_s, now, shot.label), shot.work_ms)
        else:
            self._put(self._frame(shot, shot.image, at_s, now), shot.work_ms)
        self._pop(now)
        return now

    def _answer(self, reason: MissReason, detail: str, at_s: float, now: float) -> None:
        """The first awaited part has no picture."""
        self._put(self._missed(reason, detail, at_s, now), 0.0)
        self._pop(now)

    def _pop(self, now: float) -> None:
        self._awaited.popleft()
        self._heard_s = now
        self._make_ahead(self._awaited[0].number if self._awaited else self._number)

    def _frame(self, shot: Shot, image: NDArray[np.uint8], at_s: float, now: float) -> Frame:
        self._frame_id += 1
        return Frame(
            image=image,
            frame_id=self._frame_id,
            camera_id=self._camera_id,
            captured_at=datetime.now(UTC) - timedelta(seconds=now - at_s),
            received_ns=round(at_s * 1e9),
            camera_frame_id=self._frame_id,
            source_format=shot.source_format,
            exposure_us=shot.exposure_us,
            gain_db=shot.gain_db,
            simulated=True,
            label=shot.label,
        )

    def _missed(self, reason: MissReason, detail: str, at_s: float, now: float, label: str = "") -> MissedFrame:
        self._frame_id += 1
        return MissedFrame(
            frame_id=self._frame_id,
            camera_id=self._camera_id,
            reason=reason,
            captured_at=datetime.now(UTC) - timedelta(seconds=now - at_s),
            received_ns=round(at_s * 1e9),
            detail=detail,
            simulated=True,
            label=label,
        )

    def _put(self, part: Frame | MissedFrame, work_ms: float) -> None:
        self._out.append((part, work_ms))

    def _hand_out(self) -> Frame | MissedFrame:
        part, work_ms = self._out.popleft()
        self._meter.count(part, work_ms, max(0, self._slots - len(self._awaited)))
        if not self._out and not self._awaited and self._at_end():
            self._finished = True
        return part

    def _at_end(self) -> bool:
        return self._pace.last is not None and self._number > self._pace.last

    def _making(self, number: int) -> "concurrent.futures.Future[Shot]":
        """The picture of a number, made or in the making."""
        making = self._made.get(number)
        if making is None:
            if self._maker is None:
                raise OperationalError("CAM-002", "Camera lost: it was closed.")
            making = self._made[number] = self._maker.submit(self._take, number)
            making.add_done_callback(self._on_made)
        return making

    def _make_ahead(self, number: int) -> None:
        last = math.inf if self._pace.last is None else self._pace.last
        for other in [other for other in self._made if not number <= other < number + _AHEAD]:
            self._made.pop(other).cancel()
        for ahead in range(number, number + _AHEAD):
            if ahead <= last:
                self._making(ahead)

    def _forget(self) -> None:
        for making in self._made.values():
            making.cancel()
        self._made.clear()

    def _on_made(self, _: "concurrent.futures.Future[Shot]") -> None:
        with self._changed:
            self._changed.notify_all()
