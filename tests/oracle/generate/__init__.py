"""Random Alembic projects. `history.generate(seed, …)` makes one; each file beside it knows one family of operations, as functions that
write the Python of one operation (`operation.py`)."""
