"""What Alembic runs: all missing versions in the transaction that the caller has opened, so it is old or new (R-11)."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
