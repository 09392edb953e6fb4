"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

IDENT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", IDENT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_table(
        "former_subscriber",
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name="pk_former_subscriber"),
    )
    op.create_table(
        "handled_update",
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("update_id", name="pk_handled_update"),
    )
    op.create_table(
        "lease",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("role", name="pk_lease"),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )
    op.create_table(
        "pace",
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("free_at", sa.Float(), nullable=False),
        sa.Column("blocked_until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("bot", name="pk_pace"),
    )
    op.create_table(
        "release",
        sa.Column("id", IDENT, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("dateline", sa.Text(), server_default="", nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("related", sa.Text(), nullable=False),
        sa.Column("embargo_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("embargo_zone", sa.Text(), nullable=True),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("publish_zone", sa.Text(), nullable=True),
        sa.Column("required_languages", sa.Text(), nullable=False),
        sa.Column("completeness", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("pubstatus", sa.Text(), nullable=False),
        sa.Column("archive", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_release"),
        sa.UniqueConstraint("slug", name="uq_release_slug"),
    )
    op.create_index("ix_release_state_publish_at", "release", ["state", "publish_at"], unique=False)
    op.create_table(
        "subscriber",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscriber"),
        sa.UniqueConstraint("transport", "address", name="uq_subscriber_transport_address"),
    )
    op.create_index(
        "ix_subscriber_state_timezone_languages_topics",
        "subscriber",
        ["state", "timezone", "languages", "topics"],
        unique=False,
    )
    op.create_table(
        "observance",
        sa.Column("id", IDENT, nullable=False),
        sa.Column("release_id", IDENT, nullable=False),
        sa.Column("origin", sa.Date(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("years", sa.Text(), nullable=False),
        sa.Column("feb29", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("catch_up", sa.Text(), nullable=False),
        sa.Column("without_edition", sa.Text(), nullable=False),
        sa.Column("remind", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("filled_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name="fk_observance_release_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_observance"),
        sa.UniqueConstraint("release_id", name="uq_observance_release_id"),
    )
    op.create_table(
        "published",
        sa.Column("id", IDENT, nullable=False),
        sa.Column("release_id", IDENT, nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("dateline", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("related", sa.Text(), nullable=False),
        sa.Column("archive", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name="fk_published_release_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_published"),
        sa.UniqueConstraint("release_id", "year", name="uq_published_release_id_year"),
        sa.UniqueConstraint("slug", name="uq_published_slug"),
    )
    op.create_index("ix_published_published_at", "published", ["published_at"], unique=False)
    op.create_table(
        "variant",
        sa.Column("release_id", IDENT, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("subhead", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("approved_original_hash", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name="fk_variant_release_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("release_id", "language", name="pk_variant"),
    )
    op.create_table(
        "occurrence",
        sa.Column("id", IDENT, nullable=False),
        sa.Column("observance_id", IDENT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("civil_date", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["observance_id"],
            ["observance.id"],
            name="fk_occurrence_observance_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_occurrence"),
        sa.UniqueConstraint("observance_id", "number", name="uq_occurrence_observance_id_number"),
    )
    op.create_index(
        "ix_occurrence_state_civil_date", "occurrence", ["state", "civil_date"], unique=False
    )
    op.create_table(
        "published_variant",
        sa.Column("published_id", IDENT, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("subhead", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["published_id"],
            ["published.id"],
            name="fk_published_variant_published_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("published_id", "language", name="pk_published_variant"),
    )
    op.create_index(
        "ix_published_variant_language_published_at",
        "published_variant",
        ["language", "published_at"],
        unique=False,
    )
    op.create_table(
        "announcement",
        sa.Column("id", IDENT, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("published_id", IDENT, nullable=True),
        sa.Column("occurrence_id", IDENT, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name="fk_announcement_occurrence_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["published_id"],
            ["published.id"],
            name="fk_announcement_published_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_announcement"),
        sa.UniqueConstraint("key", name="uq_announcement_key"),
    )
    op.create_index("ix_announcement_state", "announcement", ["state"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("announcement_id", IDENT, nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("fallback", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_ids", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name="fk_delivery_announcement_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("announcement_id", "subscriber_id", name="pk_delivery"),
    )
    op.create_index(
        "ix_delivery_announcement_id_state_due_at",
        "delivery",
        ["announcement_id", "state", "due_at"],
    )
    op.create_index(
        "ix_delivery_in_flight",
        "delivery",
        ["claimed_at"],
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index("ix_delivery_subscriber_id", "delivery", ["subscriber_id"], unique=False)
    op.create_table(
        "wave",
        sa.Column("announcement_id", IDENT, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name="fk_wave_announcement_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("announcement_id", "zone", name="pk_wave"),
    )
