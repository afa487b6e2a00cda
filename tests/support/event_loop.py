"""How long the main thread is held while the window follows a fast line.

python -m tests.support.event_loop [--frame 1280x1024] [--rate 20] [--seconds 20]
"""

import argparse
import statistics
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from inspector.core.line import LineState
from inspector.ui.application import create_application
from inspector.ui.background import Background
from inspector.ui.look import Look
from inspector.ui.main_window import MainWindow, StationInfo
from inspector.ui.tools import PageTools
from inspector.ui.translation import Translation
from tests.support.scripted_line import ScriptedLine, draw_part, play

RESOURCES = Path(__file__).parents[2] / "resources"
TICK_MS = 5


class GapWatch(QObject):
    """Ticks every 5 ms and keeps how much later each tick came, on the wall and in time of this thread's processor."""

    def __init__(self) -> None:
        super().__init__()
        self.wall_ms: list[float] = []
        self.work_ms: list[float] = []
        self._last: tuple[float, float] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _on_tick(self) -> None:
        now = (time.perf_counter(), time.thread_time())
        if self._last is not None:
            self.wall_ms.append((now[0] - self._last[0]) * 1000)
            self.work_ms.append((now[1] - self._last[1]) * 1000)
        self._last = now


@dataclass(frozen=True, slots=True)
class Gaps:
    """Percentiles of gaps in milliseconds."""

    p50: float
    p99: float
    longest: float

    @classmethod
    def of(cls, gaps: list[float]) -> "Gaps":
        cuts = statistics.quantiles(gaps, n=100)
        return cls(cuts[49], cuts[98], max(gaps))


def inspections(line: ScriptedLine, height: int, width: int) -> list:
    """A small film: seven good parts, one with a mark."""
    heard: list = []
    disconnect = line.inspected.connect(heard.append)
    for seed in range(7):
        line.part(0.3 + 0.05 * seed, image=draw_part(height, width, seed=seed))
    line.part(2.41, image=draw_part(height, width, seed=9, defect=(0.36, 0.33)))
    disconnect()
    return heard


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frame", default="1280x1024")
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    args = parser.parse_args()
    width, height = (int(side) for side in args.frame.split("x"))
    application = create_application(sys.argv[:1])
    translation = Translation(RESOURCES / "translations", "en")
    look = Look(application, RESOURCES, theme="light")
    background = Background()
    line = ScriptedLine(simulated=True)
    film = inspections(line, height, width)
    window = MainWindow(line, PageTools(look, translation, background), StationInfo("Station A"))
    window.resize(1920, 1080)
    window.show()
    line.set_state(LineState.RUNNING)
    stop = threading.Event()
    player = threading.Thread(target=play, args=(line, film, args.rate, stop), name="line")
    watch = GapWatch()
    QTimer.singleShot(1000, player.start)
    QTimer.singleShot(3000, watch.start)
    QTimer.singleShot(round(3000 + args.seconds * 1000), window.close_now)
    before = line.lot_counts.total
    application.exec()
    stop.set()
    player.join()
    wall, work = Gaps.of(watch.wall_ms), Gaps.of(watch.work_ms)
    shown = len(window.station_page.showing.parts)
    sys.stdout.write(
        f"{args.frame} at {args.rate:g}/s, {line.lot_counts.total - before} parts, {shown} kept: "
        f"gap p50 {wall.p50:.1f} ms, p99 {wall.p99:.1f} ms, longest {wall.longest:.1f} ms; "
        f"work p99 {work.p99:.1f} ms, longest {work.longest:.1f} ms\n"
    )
    window.close_now()
    window.shut_down()
    background.close()
    translation.close()


if __name__ == "__main__":
    main()
