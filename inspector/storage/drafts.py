"""Set-ups in hand in SQLite: one row each, replaced as a whole, so that a crash loses at most the last field."""

import logging
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.dialects.sqlite import insert

from inspector.core.draft import RecipeDraft
from inspector.core.errors import OperationalError
from inspector.core.refs import is_id
from inspector.storage.database import Database
from inspector.storage.draft_text import InvalidDraft, draft_from_text, draft_to_text
from inspector.storage.tables import drafts

logger = logging.getLogger(__name__)


class SqlDraftStore:
    """`DraftStore` on a `Database`; one method is one transaction."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database

    def save(self, draft: RecipeDraft) -> None:
        """Store a draft, over its older state; see the port.

        Raises:
            InvalidDraft: it holds what cannot be stored, such as a number that is not finite.
        """
        if not is_id(draft.id):
            raise ValueError(f"{draft.id!r} is not an id")
        row = {"id": draft.id, "body": draft_to_text(draft), "changed_at": draft.changed_at}
        new = insert(drafts).values(row)
        changes = {"body": new.excluded.body, "changed_at": new.excluded.changed_at}
        with self._database.write() as connection:
            connection.execute(new.on_conflict_do_update(index_elements=[drafts.c.id], set_=changes))

    def get(self, draft_id: str) -> RecipeDraft | None:
        """One draft; see the port."""
        if not is_id(draft_id):
            return None
        with self._database.read() as connection:
            row = connection.execute(select(drafts).where(drafts.c.id == draft_id)).first()
        return None if row is None else _draft(row)

    def list(self) -> tuple[RecipeDraft, ...]:
        """All drafts, last changed first; see the port."""
        query = select(drafts).order_by(drafts.c.changed_at.desc(), drafts.c.id.desc())
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        found = []
        for row in rows:
            try:
                found.append(_draft(row))
            except OperationalError as error:
                logger.error("%s", error)
        return tuple(found)

    def delete(self, draft_id: str) -> None:
        """Forget a draft; see the port."""
        if is_id(draft_id):
            with self._database.write() as connection:
                connection.execute(delete(drafts).where(drafts.c.id == draft_id))


def _draft(row: Row[Any]) -> RecipeDraft:
    hint = "Restore a backup, or begin the set-up again."
    try:
        draft = draft_from_text(row.body)
    except InvalidDraft as error:
        raise OperationalError("DAT-002", f"Draft {row.id} cannot be read: {error}.", hint) from error
    if draft.id != row.id:
        raise OperationalError("DAT-002", f"Draft {row.id} was altered in the store: it is {draft.id}.", hint)
    return draft
