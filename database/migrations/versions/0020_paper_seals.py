"""Official seals of papers, and which papers have one"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
# Records of what was seen and said, internal approvals and advice have none.
_UNSEALED = ("assistance_advice", "education_record", "inspection_approval", "inspection_record", "seal_record")


def upgrade() -> None:
    """Apply: what was made before waits for its seal, too."""
    op.add_column("number_pattern", sa.Column("is_sealed", sa.Boolean(), server_default="true", nullable=False))
    for paper in _UNSEALED:
        op.execute(sa.text("UPDATE number_pattern SET is_sealed = false WHERE paper = :paper").bindparams(paper=paper))
    op.alter_column("number_pattern", "is_sealed", server_default=None)
    op.create_table(
        "paper_seal",
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", _MOMENT, nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("seal_no", sa.Text(), nullable=True),
        sa.Column("sealed_at", _MOMENT, nullable=True),
        sa.Column("service", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "num_nulls(pdf, sha256, seal_no, sealed_at, service) IN (0, 5)", name=op.f("ck_paper_seal_whole_or_not_at_all")
        ),
        sa.CheckConstraint("length(sha256) = 32", name=op.f("ck_paper_seal_digest_whole")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name="fk_paper_seal_paper_id"),
        sa.PrimaryKeyConstraint("paper_id", name="pk_paper_seal"),
    )
    op.create_index(
        "ix_paper_seal_due", "paper_seal", ["next_try_at", "paper_id"], postgresql_where=sa.text("sealed_at IS NULL")
    )  # fmt: skip
    op.create_index("ix_paper_seal_waiting", "paper_seal", ["asked_at"], postgresql_where=sa.text("sealed_at IS NULL"))
    op.execute(
        "INSERT INTO paper_seal (paper_id, asked_at, attempts, next_try_at)"
        " SELECT id, made_at, 0, made_at FROM paper JOIN number_pattern USING (paper) WHERE is_sealed"
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("paper_seal")
    op.drop_column("number_pattern", "is_sealed")
