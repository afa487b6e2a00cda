"""Setting up recipes: drafts, samples, why a version was published, and products taken out of use."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Plain SQL: a version must say the same for ever, whatever becomes of `storage.tables`.
_STATEMENTS = (
    """
    CREATE TABLE publications (
        product VARCHAR NOT NULL,
        version INTEGER NOT NULL,
        reason VARCHAR NOT NULL,
        base_version INTEGER NOT NULL,
        setup_id BLOB,
        PRIMARY KEY (product, version)
    ) WITHOUT ROWID
    """,
    """
    CREATE TRIGGER publications_never_change BEFORE UPDATE ON publications
    BEGIN SELECT RAISE(ABORT, 'published recipes never change'); END
    """,
    """
    CREATE TRIGGER publications_never_go BEFORE DELETE ON publications
    BEGIN SELECT RAISE(ABORT, 'published recipes are never deleted'); END
    """,
    """
    CREATE TABLE retirements (
        sequence INTEGER NOT NULL PRIMARY KEY,
        product VARCHAR NOT NULL,
        retired INTEGER NOT NULL,
        changed_at INTEGER NOT NULL,
        changed_by VARCHAR NOT NULL
    )
    """,
    "CREATE INDEX retirements_by_product ON retirements (product)",
    """
    CREATE TABLE drafts (
        id BLOB NOT NULL PRIMARY KEY,
        body VARCHAR NOT NULL,
        changed_at INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE samples (
        id BLOB NOT NULL PRIMARY KEY,
        setup_id BLOB NOT NULL,
        tray VARCHAR NOT NULL CHECK (tray IN ('good', 'bad', 'unsorted')),
        use VARCHAR NOT NULL CHECK (use IN ('teach', 'check')),
        captured_at INTEGER NOT NULL,
        height INTEGER NOT NULL,
        width INTEGER NOT NULL,
        source VARCHAR NOT NULL,
        defect VARCHAR NOT NULL,
        capture_group VARCHAR NOT NULL,
        path VARCHAR NOT NULL,
        sha256 BLOB NOT NULL,
        fingerprint BLOB NOT NULL,
        flags VARCHAR NOT NULL,
        score FLOAT,
        model_key INTEGER REFERENCES models (key),
        deleted_at INTEGER
    ) WITHOUT ROWID
    """,
    "CREATE INDEX samples_by_setup ON samples (setup_id)",
)


def upgrade() -> None:
    """From 0001; nothing that was recorded is touched."""
    for statement in _STATEMENTS:
        op.execute(statement)
