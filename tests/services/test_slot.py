from inspector.core.frame import Frame, MissedFrame, MissReason
from inspector.services.slot import FrameSlot
from tests.support.values import frame, missed


def test_the_newest_gives_up_its_picture_in_its_place() -> None:
    slot = FrameSlot()
    for frame_id in (1, 2, 3, 4):
        slot.put(frame(frame_id))
    taken = [slot.take(0) for _ in range(5)]
    assert [part.frame_id for part in taken if part is not None] == [1, 2, 3, 4]
    assert [type(part) for part in taken] == [Frame, Frame, MissedFrame, MissedFrame, type(None)]
    assert isinstance(taken[2], MissedFrame)
    assert taken[2].reason is MissReason.OVERRUN
    assert taken[2].simulated


def test_missed_frames_take_no_room_and_a_taken_picture_makes_room() -> None:
    slot = FrameSlot()
    slot.put(frame(1))
    slot.put(missed(2))
    slot.put(frame(3))
    slot.take(0)
    assert isinstance(slot.put(frame(4)), Frame)
    assert isinstance(slot.put(frame(5)), MissedFrame)
    assert len(slot) == 4
