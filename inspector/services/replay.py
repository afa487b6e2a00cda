"""Pictures from a source judged one after the other: each waits for the one before, so nothing is dropped."""

from collections.abc import Callable, Iterator

from inspector.core.errors import OperationalError
from inspector.core.ports import Camera
from inspector.core.record import Inspection
from inspector.services.pipeline import Pipeline
from inspector.services.recorder import Recorder

_SLICE_MS = 200


def replay(
    camera: Camera, pipeline: Pipeline, recorder: Recorder, *, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[Inspection]:
    """Judge and record everything a source holds.

    Args:
        camera: opened and with settings applied; it must have an end.
        pipeline: prepares itself at each change of size.
        recorder: running; kept from filling up.
        cancelled: asked between pictures.

    Yields:
        Inspections in order, after they were handed to the recorder.

    Raises:
        OperationalError: the source is lost, or the recorder cannot write.
    """
    camera.start()
    try:
        while not camera.finished and not cancelled():
            part = camera.next(_SLICE_MS)
            if part is None:
                continue
            inspection = pipeline.inspect(part)
            recorder.submit_waiting(inspection)
            yield inspection
    finally:
        camera.stop()
    failure = recorder.failure
    if failure is not None:
        raise OperationalError(failure.code, failure.message, failure.hint)
