"""Alembic's environment: runs migrations on the given connection, inside the caller's transaction."""

from alembic import context

from portal.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    render_as_batch=True,
    # Our own column types are named as script.py.mako imports them.
    user_module_prefix="",
)
context.run_migrations()
