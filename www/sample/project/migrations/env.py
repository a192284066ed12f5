from logging.config import fileConfig

from alembic import context
from flask import current_app

fileConfig(context.config.config_file_name)
db = current_app.extensions["migrate"].db

with db.engine.connect() as connection:
    context.configure(connection=connection, target_metadata=db.metadata)
    with context.begin_transaction():
        context.run_migrations()
