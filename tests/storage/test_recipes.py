import pytest
from sqlalchemy import text

from inspector.core.draft import new_draft
from inspector.core.errors import OperationalError
from inspector.core.recipe import Recipe
from inspector.storage.database import Database
from inspector.storage.drafts import SqlDraftStore
from inspector.storage.recipes import SqlRecipeStore

CAP = Recipe(product="cap", version=1, model_name="demo")
PLATE = Recipe(product="plate", version=1, model_name="demo")


@pytest.fixture
def store(database: Database) -> SqlRecipeStore:
    made = SqlRecipeStore(database)
    made.publish(CAP, by="Li")
    made.publish(PLATE)
    return made


def _alter(database: Database, statement: str) -> None:
    """What somebody with a database tool can do, past the triggers."""
    with database.write() as connection:
        connection.execute(text("DROP TRIGGER recipes_never_change"))
        connection.exec_driver_sql(statement)


@pytest.mark.promise("R-09")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE recipes SET body = replace(body, '\"score_threshold\":1.0', '\"score_threshold\":9.0')",
        "UPDATE recipes SET body = body || ' '",
        "UPDATE recipes SET sha256 = zeroblob(32)",
        "UPDATE recipes SET product = 'caq' WHERE product = 'cap'",
    ],
    ids=["limit", "blank", "hash", "name"],
)
def test_an_altered_recipe_is_refused(store: SqlRecipeStore, database: Database, statement: str) -> None:
    _alter(database, statement)
    product = "caq" if "caq" in statement else "cap"
    with pytest.raises(OperationalError, match="altered") as caught:
        store.get(product)
    assert caught.value.code == "RCP-002"


@pytest.mark.expected_log("RCP-002: Recipe cap v1 was altered")
def test_an_altered_recipe_does_not_hide_the_others(store: SqlRecipeStore, database: Database) -> None:
    _alter(database, "UPDATE recipes SET body = body || ' ' WHERE product = 'cap'")
    assert store.list() == (PLATE,)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE recipes SET created_by = 'x'", "never change"),
        ("DELETE FROM recipes", "never deleted"),
        ("UPDATE publications SET reason = 'x'", "never change"),
        ("DELETE FROM publications", "never deleted"),
    ],
)
def test_the_table_only_grows(store: SqlRecipeStore, database: Database, statement: str, said: str) -> None:
    def run() -> None:
        with database.write() as connection:
            connection.exec_driver_sql(statement)

    with pytest.raises(Exception, match=said):
        run()
    assert store.get("cap") == CAP


def test_who_published_is_kept(store: SqlRecipeStore, database: Database) -> None:
    with database.read() as connection:
        assert connection.execute(text("SELECT created_by FROM recipes WHERE product = 'cap'")).scalar() == "Li"


@pytest.mark.expected_log("RCP-002: Recipe cap v1 was altered")
def test_an_altered_version_is_listed_without_its_recipe(store: SqlRecipeStore, database: Database) -> None:
    _alter(database, "UPDATE recipes SET body = body || ' ' WHERE product = 'cap'")
    store.publish(Recipe(product="cap", version=2, model_name="demo"))
    assert [(one.version, one.recipe is None) for one in store.versions("cap")] == [(2, False), (1, True)]


def test_publishing_forgets_the_draft_in_the_same_transaction(store: SqlRecipeStore, database: Database) -> None:
    drafts = SqlDraftStore(database)
    mine, other = new_draft("cap"), new_draft("cap")
    for draft in (mine, other):
        drafts.save(draft)
    with pytest.raises(OperationalError):
        store.publish(Recipe(product="cap", version=1, model_name="other"), setup_id=mine.id)
    assert len(drafts.list()) == 2
    store.publish(Recipe(product="cap", version=2, model_name="demo"), setup_id=mine.id)
    assert drafts.list() == (other,)
