"""Alembic's environment script: runs migrations on the connection of `migrations.upgrade`."""

from alembic import context
from geoalchemy2 import alembic_helpers

from geo.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=alembic_helpers.include_object,
    render_item=alembic_helpers.render_item,
)
with context.begin_transaction():
    context.run_migrations()
