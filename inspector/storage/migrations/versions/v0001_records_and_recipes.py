"""Inspections with their regions, and published recipes that nobody can change."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Plain SQL: a version must say the same for ever, whatever becomes of `storage.tables`.
_STATEMENTS = (
    """
    CREATE TABLE names (
        key INTEGER NOT NULL PRIMARY KEY,
        text VARCHAR NOT NULL UNIQUE
    )
    """,
    """
    CREATE TABLE models (
        key INTEGER NOT NULL PRIMARY KEY,
        name VARCHAR NOT NULL,
        version INTEGER NOT NULL,
        sha256 VARCHAR NOT NULL,
        UNIQUE (name, version, sha256)
    )
    """,
    """
    CREATE TABLE inspections (
        sequence INTEGER NOT NULL PRIMARY KEY,
        id BLOB NOT NULL UNIQUE,
        frame_id INTEGER NOT NULL,
        captured_at INTEGER NOT NULL,
        recorded_at INTEGER NOT NULL,
        verdict VARCHAR NOT NULL CHECK (verdict IN ('pass', 'fail', 'not_inspected')),
        reason_key INTEGER NOT NULL REFERENCES names (key),
        score FLOAT,
        limit_ FLOAT,
        source_key INTEGER NOT NULL REFERENCES names (key),
        lot_key INTEGER REFERENCES names (key),
        product_key INTEGER NOT NULL REFERENCES names (key),
        recipe_version INTEGER NOT NULL,
        model_key INTEGER REFERENCES models (key),
        simulated INTEGER NOT NULL,
        waited_us INTEGER NOT NULL,
        model_us INTEGER NOT NULL,
        answer_us INTEGER NOT NULL,
        awaited INTEGER NOT NULL,
        shed INTEGER NOT NULL,
        flagged INTEGER NOT NULL,
        label VARCHAR,
        detail VARCHAR,
        image_path VARCHAR,
        image_sha256 BLOB,
        map_path VARCHAR,
        map_sha256 BLOB
    )
    """,
    "CREATE INDEX inspections_by_time ON inspections (captured_at, verdict, simulated)",
    "CREATE INDEX inspections_by_lot ON inspections (lot_key) WHERE lot_key IS NOT NULL",
    "CREATE INDEX inspections_by_verdict ON inspections (verdict)",
    "CREATE INDEX inspections_by_recipe ON inspections (product_key, recipe_version)",
    "CREATE INDEX inspections_awaited ON inspections (awaited) WHERE awaited = 1",
    "CREATE INDEX inspections_flagged ON inspections (flagged) WHERE flagged = 1",
    """
    CREATE TABLE regions (
        sequence INTEGER NOT NULL,
        rank INTEGER NOT NULL,
        x FLOAT NOT NULL,
        y FLOAT NOT NULL,
        width FLOAT NOT NULL,
        height FLOAT NOT NULL,
        area_px FLOAT NOT NULL,
        peak FLOAT NOT NULL,
        mean FLOAT NOT NULL,
        PRIMARY KEY (sequence, rank),
        FOREIGN KEY (sequence) REFERENCES inspections (sequence) ON DELETE CASCADE
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE recipes (
        product VARCHAR NOT NULL,
        version INTEGER NOT NULL,
        body VARCHAR NOT NULL,
        sha256 BLOB NOT NULL,
        created_at INTEGER NOT NULL,
        created_by VARCHAR NOT NULL,
        PRIMARY KEY (product, version)
    ) WITHOUT ROWID
    """,
    """
    CREATE TRIGGER recipes_never_change BEFORE UPDATE ON recipes
    BEGIN SELECT RAISE(ABORT, 'published recipes never change'); END
    """,
    """
    CREATE TRIGGER recipes_never_go BEFORE DELETE ON recipes
    BEGIN SELECT RAISE(ABORT, 'published recipes are never deleted'); END
    """,
)


def upgrade() -> None:
    """From an empty file."""
    for statement in _STATEMENTS:
        op.execute(statement)
