"""Folders and manifests of every shape, and what becomes of those that are wrong."""

import itertools
import json

import numpy as np
import pytest
from PIL import Image

from inspector.core.errors import InvalidInput
from inspector.core.geometry import Size
from inspector.training.dataset import capture_groups, held_out_count, hold_out, read_for_test, read_for_training
from inspector.training.pictures import UnusablePicture
from inspector.training.samples import Sample, Split, load_mask, load_picture, natural_key

RNG = np.random.default_rng(0)


def picture(path, size=(32, 48)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(RNG.integers(0, 255, (*size, 3), dtype=np.uint8)).save(path)
    return path


def category(root, name, good=4):
    for index in range(good):
        picture(root / name / "train" / "good" / f"{index}.png")
    picture(root / name / "test" / "good" / "0.png")
    picture(root / name / "test" / "scratch" / "0.png")
    picture(root / name / "test" / "stain" / "7.png")
    mask = root / name / "ground_truth" / "scratch" / "0_mask.png"
    mask.parent.mkdir(parents=True)
    drawn = np.zeros((32, 48), np.uint8)
    drawn[4:8, 10:20] = 255
    Image.fromarray(drawn).save(mask)


def test_several_categories_make_one_dataset(tmp_path):
    category(tmp_path, "bolt")
    category(tmp_path, "cap")
    (tmp_path / "README.md").write_text("notes")
    data = read_for_training(tmp_path)
    assert data.products == ("bolt", "cap")
    assert len(data.of("bolt", Split.TRAIN)) == 4
    assert all(not sample.defective and sample.size == Size(32, 48) for sample in data.samples)


def test_a_category_alone_works_too(tmp_path, monkeypatch):
    category(tmp_path, "bolt")
    assert read_for_training(tmp_path / "bolt").products == ("bolt",)
    monkeypatch.chdir(tmp_path / "bolt")
    assert read_for_training(tmp_path.__class__(".")).products == ("bolt",)


def test_test_pictures_carry_their_defect_and_mask(tmp_path):
    category(tmp_path, "bolt")
    by_kind = {sample.kind: sample for sample in read_for_test(tmp_path).samples}
    assert set(by_kind) == {"good", "scratch", "stain"}
    assert load_mask(by_kind["scratch"]).sum() == 40
    assert load_mask(by_kind["stain"]) is None  # nobody drew it
    assert not load_mask(by_kind["good"]).any()


def test_bad_pictures_are_left_out_by_name(tmp_path):
    category(tmp_path, "bolt")
    good = tmp_path / "bolt" / "train" / "good"
    (good / "9.png").write_bytes(b"")
    (good / "notes.txt").write_text("x")
    (good / "copy.png").write_bytes((good / "1.png").read_bytes())
    data = read_for_training(tmp_path)
    assert len(data.samples) == 4
    reasons = {entry.name.rsplit("/", 1)[1]: entry.reason for entry in data.skipped}
    assert reasons == {
        "9.png": "the file is empty",
        "notes.txt": "not a picture file",
        "copy.png": "same picture as bolt/train/good/1.png",
    }


def test_a_picture_that_changed_since_is_refused(tmp_path):
    category(tmp_path, "bolt")
    changed = read_for_training(tmp_path).samples[0]
    picture(changed.path, size=(48, 32))
    with pytest.raises(UnusablePicture, match="when it was first looked at"):
        load_picture(changed)


def test_sources_without_anything_to_use_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match="no such file or folder"):
        read_for_training(tmp_path / "nowhere")
    with pytest.raises(InvalidInput, match="no category found"):
        read_for_training(tmp_path)
    good = tmp_path / "bolt" / "train" / "good"
    good.mkdir(parents=True)
    with pytest.raises(InvalidInput, match="no usable good picture"):
        read_for_training(tmp_path)
    (good / "a.png").write_bytes(b"not a picture")
    with pytest.raises(InvalidInput, match=r"a\.png: not a picture"):
        read_for_training(tmp_path)


def manifest(tmp_path, rows):
    path = tmp_path / "train.jsonl"
    path.write_text("\ufeff" + "\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    return path


def row(name, **more):
    return {"filename": name, "label": 0, "label_name": "good", "clsname": "bolt", **more}


def test_a_manifest_of_the_original_is_read(tmp_path):
    picture(tmp_path / "img" / "bottle" / "train" / "good" / "000.png")
    picture(tmp_path / "img" / "bottle" / "test" / "crack" / "001.png")
    rows = [
        {"filename": "bottle/train/good/000.png", "label": 0, "label_name": "good"},
        {
            "filename": "bottle/test/crack/001.png",
            "label": 1,
            "label_name": "defective",
            "maskname": "bottle/ground_truth/crack/001_mask.png",
            "clsname": "bottle",
        },
    ]
    path = manifest(tmp_path, rows)
    assert read_for_training(path, tmp_path / "img").products == ("bottle",)
    tested = read_for_test(path, tmp_path / "img")
    assert [sample.defective for sample in tested.samples] == [False, True]


def test_our_additions_to_the_manifest_count(tmp_path):
    for index in range(4):
        picture(tmp_path / f"{index}.png")
    rows = [
        row("0.png", view="top", split="train"),
        row("1.png", view="top", split="held_out"),
        row("2.png", view="side", part_id=7, lot="A", roi=[8, 4, 20, 10]),
        row("3.png", view="top", split="test"),
    ]
    data = read_for_training(manifest(tmp_path, rows))
    assert data.products == ("bolt/side", "bolt/top")
    (side,) = data.of("bolt/side", Split.ANY)
    assert (side.part_id, side.lot) == ("7", "A")
    assert side.frame_size == Size(10, 20)
    assert (load_picture(side) == np.asarray(Image.open(side.path))[4:14, 8:28]).all()
    top = data.of("bolt/top", Split.TRAIN, Split.HELD_OUT)
    assert [[sample.name for sample in part] for part in hold_out(top, seed=0)] == [["0.png"], ["1.png"]]


def test_every_wrong_line_of_a_manifest_is_named(tmp_path):
    rows = [
        row("a.png", label=2),
        row("../a.png"),
        row("/etc/a.png"),
        row("a.png", clsname=3),
        row("a.png", colour="red"),
        row("a.png", roi=[0, 0, 0, 4]),
        {"filename": "a.png", "label": 0},
    ]
    path = manifest(tmp_path, rows)
    path.write_text(path.read_text("utf-8") + "{half a line", encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        read_for_training(path)
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        f"train.jsonl line {number}" for number in range(1, 9)
    ]


def test_a_manifest_without_its_pictures_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match=r"a\.png: cannot be read"):
        read_for_training(manifest(tmp_path, [row("a.png")]))
    with pytest.raises(InvalidInput, match="no such folder"):
        read_for_training(manifest(tmp_path, [row("a.png")]), tmp_path / "nowhere")


def sample(index, **more):
    return Sample(tmp := f"{index}.png", str(tmp), "bolt", defective=False, split=Split.TRAIN, **more)


@pytest.mark.parametrize(
    ("samples", "held_out"), [(2, 1), (5, 1), (15, 3), (19, 4), (20, 6), (31, 6), (100, 20), (340, 68)]
)
def test_a_fifth_is_held_out_and_at_least_six_of_twenty(samples, held_out):
    assert held_out_count(samples) == held_out
    teaching, kept = hold_out([sample(index) for index in range(samples)], seed=1)
    assert held_out <= len(kept) <= held_out + 2 * (held_out // 4 + 1)
    assert len(teaching) + len(kept) == samples
    assert teaching


def test_holding_out_is_repeatable_and_moves_with_the_seed():
    samples = [sample(index) for index in range(100)]
    assert hold_out(samples, seed=3) == hold_out(samples, seed=3)
    assert hold_out(samples, seed=3) != hold_out(samples, seed=4)


def test_neighboring_captures_are_held_out_together():
    _, kept = hold_out([sample(index) for index in range(100)], seed=0)
    numbers = [int(item.name[:-4]) for item in kept]
    breaks = sum(after - before > 1 for before, after in itertools.pairwise(numbers))
    assert breaks <= 3


@pytest.mark.parametrize("field", ["part_id", "lot"])
def test_parts_and_lots_are_never_torn_apart(field):
    samples = [sample(index, **{field: str(index // 5)}) for index in range(50)]
    teaching, kept = hold_out(samples, seed=0)
    names = [{getattr(item, field) for item in part} for part in (teaching, kept)]
    assert not names[0] & names[1]
    assert len(kept) == 10


def test_too_few_samples_are_refused():
    with pytest.raises(InvalidInput, match="at least 2"):
        hold_out([sample(0)], seed=0)


def test_natural_order():
    assert sorted(["b10", "b9", "a2", "b"], key=natural_key) == ["a2", "b", "b9", "b10"]


def test_the_data_hash_tells_data_apart(tmp_path):
    category(tmp_path / "one", "bolt")
    first = read_for_training(tmp_path / "one")
    assert first.sha256 == read_for_training(tmp_path / "one").sha256
    picture(tmp_path / "one" / "bolt" / "train" / "good" / "new.png")
    assert first.sha256 != read_for_training(tmp_path / "one").sha256


@pytest.mark.parametrize("count", [2, 7, 20, 100, 341])
def test_capture_groups_are_runs_of_neighbors_that_hold_everything_once(count):
    groups = capture_groups([sample(index) for index in range(count)])
    assert list(itertools.chain(*groups)) == list(range(count))
    length = -(-held_out_count(count) // 4)
    assert {len(group) for group in groups[:-1]} <= {length}
    assert 1 <= len(groups[-1]) <= length


@pytest.mark.parametrize("field", ["part_id", "lot"])
def test_capture_groups_are_parts_or_lots_where_they_are_known(field):
    samples = [sample(index, **{field: "abc"[index % 3]}) for index in range(10)]
    assert capture_groups(samples) == [[0, 3, 6, 9], [1, 4, 7], [2, 5, 8]]
    # One name for all tells nothing apart, and neither does one that is missing.
    alike = [sample(index, **{field: "a"}) for index in range(10)]
    assert capture_groups(alike) == capture_groups([sample(index) for index in range(10)])
    assert capture_groups([*samples[:-1], sample(9)]) == capture_groups([sample(index) for index in range(10)])


def test_parts_go_before_lots():
    samples = [sample(index, part_id="ab"[index % 2], lot="xy"[index // 5]) for index in range(10)]
    assert capture_groups(samples) == [[0, 2, 4, 6, 8], [1, 3, 5, 7, 9]]
