"""Groups and channels: what is pinned there, and what is wrong with them."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

UNTOLD = sa.text("trouble <> told")
ROOM = sa.text("kind <> 'person'")


def upgrade() -> None:
    op.add_column(
        "subscriber",
        sa.Column("pin", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )
    for name in ("trouble", "told"):
        column = sa.Column(name, sa.Text(), nullable=False, server_default="")
        op.add_column("subscriber", column)
    op.create_index(
        "ix_subscriber_untold",
        "subscriber",
        ["id"],
        sqlite_where=UNTOLD,
        postgresql_where=UNTOLD,
    )
    op.create_index(
        "ix_subscriber_room",
        "subscriber",
        ["transport", "address"],
        sqlite_where=ROOM,
        postgresql_where=ROOM,
    )
    op.create_table(
        "pinning",
        sa.Column("subscriber_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("wanted", sa.Text()),
        sa.Column("pinned", sa.Text()),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("subscriber_id", name="pk_pinning"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name="fk_pinning_subscriber_id",
            ondelete="CASCADE",
        ),
    )
