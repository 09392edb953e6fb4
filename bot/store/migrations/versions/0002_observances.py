"""Observances of other calendars, moved and announced ahead; notices; late translations."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

IDENT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("observance") as table:
        table.add_column(
            sa.Column("calendar", sa.Text(), nullable=False, server_default="gregorian")
        )
        table.add_column(sa.Column("first", sa.Integer()))
        table.add_column(sa.Column("last", sa.Integer()))
        table.add_column(sa.Column("skip", sa.Text(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("lead", sa.Text(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("move", sa.Text(), nullable=False, server_default=""))
        table.add_column(
            sa.Column("weekend", sa.Text(), nullable=False, server_default='["sat", "sun"]')
        )
    op.add_column("observance", sa.Column("series", sa.Text()))
    op.execute(
        "UPDATE observance SET series = "
        "(SELECT slug FROM release WHERE release.id = observance.release_id)"
    )
    with op.batch_alter_table("observance") as table:
        table.alter_column("series", existing_type=sa.Text(), nullable=False)
    op.create_index("ix_observance_origin", "observance", ["origin"])
    op.create_index("ix_observance_series", "observance", ["series"])
    op.create_index("ix_observance_filled_until", "observance", ["filled_until"])
    op.add_column("release", sa.Column("edition_of", sa.Text()))
    op.add_column("published", sa.Column("lead", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("published") as table:
        table.drop_constraint("uq_published_release_id_year", type_="unique")
        table.create_unique_constraint(
            "uq_published_release_id_year_lead", ["release_id", "year", "lead"]
        )
    op.add_column("occurrence", sa.Column("planned_until", INSTANT))
    op.add_column("occurrence", sa.Column("year", sa.Integer()))
    op.add_column("occurrence", sa.Column("lead", sa.Integer()))
    op.add_column("occurrence", sa.Column("occasion_date", sa.Date()))
    # Until now every observance was of the Gregorian calendar, and announced on the day only.
    op.execute(
        "UPDATE occurrence SET lead = 0, occasion_date = civil_date, "
        "year = CAST(substr(CAST(civil_date AS text), 1, 4) AS integer)"
    )
    with op.batch_alter_table("occurrence") as table:
        table.alter_column("year", existing_type=sa.Integer(), nullable=False)
        table.alter_column("lead", existing_type=sa.Integer(), nullable=False)
        table.alter_column("occasion_date", existing_type=sa.Date(), nullable=False)
        table.drop_constraint("uq_occurrence_observance_id_number", type_="unique")
        table.create_unique_constraint(
            "uq_occurrence_observance_id_number_lead", ["observance_id", "number", "lead"]
        )
    op.add_column("subscriber", sa.Column("zone_since", INSTANT))
    op.create_index("ix_subscriber_zone_since", "subscriber", ["zone_since"])
    with op.batch_alter_table("announcement") as table:
        table.add_column(sa.Column("about_id", IDENT))
        table.create_foreign_key(
            "fk_announcement_about_id", "announcement", ["about_id"], ["id"], ondelete="CASCADE"
        )
    op.create_index("ix_announcement_occurrence_id", "announcement", ["occurrence_id"])
    op.create_table(
        "notice",
        sa.Column("id", IDENT, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("key", name="uq_notice_key"),
    )
    op.create_table(
        "notice_copy",
        sa.Column("notice_id", IDENT, nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("at", INSTANT),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name="fk_notice_copy_notice_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("notice_id", "staff", name="pk_notice_copy"),
    )
    op.create_index("ix_notice_copy_state_due_at", "notice_copy", ["state", "due_at"])
