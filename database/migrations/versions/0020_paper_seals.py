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


_ASK = """
    CREATE FUNCTION ask_for_seal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO paper_seal (paper_id, asked_at, attempts, next_try_at)
        SELECT NEW.id, NEW.made_at, 0, NEW.made_at FROM number_pattern WHERE paper = NEW.paper AND is_sealed;
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    """Apply: what was made before waits for its seal, too."""
    op.add_column("number_pattern", sa.Column("is_sealed", sa.Boolean(), server_default="true", nullable=False))
    for paper in _UNSEALED:
        op.execute(sa.text("UPDATE number_pattern SET is_sealed = false WHERE paper = :paper").bindparams(paper=paper))
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
        "ix_paper_seal_due", "paper_seal", ["paper_id", "next_try_at"], postgresql_where=sa.text("sealed_at IS NULL")
    )  # fmt: skip
    op.create_index("ix_paper_seal_waiting", "paper_seal", ["asked_at"], postgresql_where=sa.text("sealed_at IS NULL"))
    # A process of the version before makes papers until it is stopped: the database asks for their seals.
    op.execute(_ASK)
    op.execute("CREATE TRIGGER asks_for_its_seal AFTER INSERT ON paper FOR EACH ROW EXECUTE FUNCTION ask_for_seal()")
    op.execute(
        "INSERT INTO paper_seal (paper_id, asked_at, attempts, next_try_at)"
        " SELECT id, made_at, 0, made_at FROM paper JOIN number_pattern USING (paper) WHERE is_sealed"
    )


def downgrade() -> None:
    """Take back, unless a paper has its seal: there is no other copy of it."""
    sealed = op.get_bind().scalar(sa.text("SELECT count(*) FROM paper_seal WHERE sealed_at IS NOT NULL"))
    if sealed:
        raise RuntimeError(f"{sealed} papers have their official seal in paper_seal alone: save that table, empty it, try again")
    op.execute("DROP TRIGGER asks_for_its_seal ON paper")
    op.execute("DROP FUNCTION ask_for_seal()")
    op.drop_table("paper_seal")
    op.drop_column("number_pattern", "is_sealed")
