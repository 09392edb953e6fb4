"""Schema versions (Alembic). The newest is named here, so that a start need not load Alembic."""

HEAD = "0018"
