import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import pytest
from sqlalchemy import text

from inspector.core.draft import new_draft
from inspector.core.errors import OperationalError
from inspector.storage.database import Database
from inspector.storage.draft_text import InvalidDraft, draft_from_text, draft_to_text
from inspector.storage.drafts import SqlDraftStore

DRAFT = new_draft("cap")


@pytest.mark.kill
def test_a_draft_that_was_saved_survives_a_kill(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from dataclasses import replace; from pathlib import Path\n"
        "from inspector.core.draft import new_draft\n"
        "from inspector.storage.database import Database\n"
        "from inspector.storage.drafts import SqlDraftStore\n"
        "store = SqlDraftStore(Database.open(Path(sys.argv[1])))\n"
        "draft = new_draft('cap')\n"
        "for number in range(20):\n"
        "    draft = draft.with_recipe(line_code=number)\n"
        "    store.save(draft)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    path = tmp_path / "station.sqlite"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=False)
    assert done.returncode == -9, done.stderr
    database = Database.open(path)
    (draft,) = SqlDraftStore(database).list()
    assert (draft.recipe.product, draft.recipe.line_code) == ("cap", 19)
    database.close()


def test_saving_takes_no_noticeable_time(database: Database) -> None:
    store = SqlDraftStore(database)
    store.save(DRAFT)
    began = perf_counter()
    store.save(replace(DRAFT, auto_exposure=True))
    assert perf_counter() - began < 0.25


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE drafts SET body = 'x'", "not JSON"),
        ("UPDATE drafts SET body = replace(body, '\"line_code\"', '\"lime_code\"')", "lime_code: unknown"),
        ("UPDATE drafts SET id = zeroblob(16)", "altered"),
    ],
)
@pytest.mark.expected_log("DAT-002: Draft")
def test_a_draft_that_cannot_be_read_says_so_and_does_not_hide_the_others(
    database: Database, statement: str, said: str
) -> None:
    store = SqlDraftStore(database)
    store.save(DRAFT.with_recipe(line_code=5))
    with database.write() as connection:
        connection.execute(text(statement))
        draft_id = connection.execute(text("SELECT id FROM drafts")).scalar_one().hex()
    other = new_draft("other")
    store.save(other)
    with pytest.raises(OperationalError, match=said) as caught:
        store.get(draft_id)
    assert caught.value.code == "DAT-002"
    assert store.list() == (other,)


def test_a_draft_of_an_older_program_lacks_what_came_later() -> None:
    document = json.loads(draft_to_text(DRAFT.with_recipe(line_code=9)))
    assert "judged" not in document["draft"]
    for name in ("visited", "allowed_per_1000", "changed_by"):
        document["draft"].pop(name, None)
    assert draft_from_text(json.dumps(document)).recipe.line_code == 9


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"changed_at": "yesterday"}, "not a time"),
        ({"changed_at": "2026-01-01T00:00:00"}, "not a time with zone"),
        ({"base_version": "1"}, "not int"),
        ({"visited": ["nowhere"]}, "nowhere"),
        ({"recipe": None}, "not a group"),
        ({"judged": {"model": {"name": "a", "version": 1, "sha256": ""}}}, "missing"),
        ({"recipe": {"product": "a", "version": 0, "model_name": "", "picture_limits": {"brightness": 1}}}, "missing"),
    ],
)
def test_what_is_no_draft_is_refused_with_the_reason(changes: dict, said: str) -> None:
    document = json.loads(draft_to_text(DRAFT))
    document["draft"].update(changes)
    with pytest.raises(InvalidDraft, match=said):
        draft_from_text(json.dumps(document))


@pytest.mark.parametrize(
    "text_", ["", "[]", '{"format": 2, "draft": {}}', "[" * 100_000, '{"a":1,"a":2}'], ids=range(5)
)
def test_what_is_not_even_a_document_is_refused(text_: str) -> None:
    with pytest.raises(InvalidDraft):
        draft_from_text(text_)


def test_a_number_that_is_none_is_not_saved(database: Database) -> None:
    store = SqlDraftStore(database)
    with pytest.raises(InvalidDraft):
        store.save(DRAFT.with_rule(score_threshold=float("nan")))
    assert store.list() == ()


def test_an_id_that_is_none_is_a_mistake_of_ours(database: Database) -> None:
    with pytest.raises(ValueError, match="not an id"):
        SqlDraftStore(database).save(replace(DRAFT, id="../x"))
