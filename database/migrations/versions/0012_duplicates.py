"""What photos look like; a merged report can be a case of its own again; photos in several closures are flagged"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply. What older photos look like, the worker says later, one by one."""
    op.add_column("media", sa.Column("perceptual_hash", sa.BigInteger(), nullable=True))
    op.add_column("media", sa.Column("perceptual_bands", postgresql.ARRAY(sa.Integer()), nullable=True))
    op.create_check_constraint(op.f("ck_media_look_is_whole"), "media", "(perceptual_hash IS NULL) = (perceptual_bands IS NULL)")
    op.create_index("ix_media_sha256", "media", ["sha256"], postgresql_where="sha256 IS NOT NULL")
    op.create_index("ix_media_bands", "media", ["perceptual_bands"], postgresql_using="gin")
    op.create_index("ix_media_unlooked", "media", ["id"], postgresql_where="state = 'ready' AND perceptual_bands IS NULL")
    op.add_column("hazard", sa.Column("merged_from", sa.Text(), nullable=True))
    op.execute(
        """
        UPDATE hazard SET merged_from = (
            SELECT event.data ->> 'from' FROM event
             WHERE event.entity_type = 'hazard' AND event.entity_id = hazard.id AND event.name = 'hazard.merged'
             ORDER BY event.id DESC LIMIT 1)
         WHERE master_id IS NOT NULL
        """
    )
    op.create_check_constraint(op.f("ck_hazard_merged_from_somewhere"), "hazard", "(master_id IS NULL) = (merged_from IS NULL)")
    op.create_table(
        "photo_reuse",
        sa.Column("hazard_id", sa.Uuid(), nullable=False),
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("other_hazard_id", sa.Uuid(), nullable=False),
        sa.Column("other_media_id", sa.Uuid(), nullable=False),
        sa.Column("other_role", sa.Text(), nullable=False),
        sa.Column("is_same_file", sa.Boolean(), nullable=False),
        sa.Column("found_at", _MOMENT, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("judged_by", sa.Uuid(), nullable=True),
        sa.Column("judged_at", _MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("verdict IN ('EXPLAINED', 'MISUSED')", name=op.f("ck_photo_reuse_verdict_known")),
        sa.CheckConstraint("(verdict IS NULL) = (judged_at IS NULL)", name=op.f("ck_photo_reuse_judged_whole")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name="fk_photo_reuse_hazard_id"),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name="fk_photo_reuse_media_id"),
        sa.ForeignKeyConstraint(["other_hazard_id"], ["hazard.id"], name="fk_photo_reuse_other_hazard_id"),
        sa.ForeignKeyConstraint(["other_media_id"], ["media.id"], name="fk_photo_reuse_other_media_id"),
        sa.PrimaryKeyConstraint("id", name="pk_photo_reuse"),
        sa.UniqueConstraint("media_id", "other_media_id", name="uq_photo_reuse_media_id_other_media_id"),
    )
    op.create_index("ix_photo_reuse_hazard", "photo_reuse", ["hazard_id", "id"])
    op.create_index("ix_photo_reuse_other", "photo_reuse", ["other_hazard_id", "id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("photo_reuse")
    op.drop_constraint("ck_hazard_merged_from_somewhere", "hazard")
    op.drop_column("hazard", "merged_from")
    for name in ("ix_media_unlooked", "ix_media_bands", "ix_media_sha256"):
        op.drop_index(name, table_name="media")
    op.drop_constraint("ck_media_look_is_whole", "media")
    for name in ("perceptual_bands", "perceptual_hash"):
        op.drop_column("media", name)
