"""Measures are revoked, what officers proposed is kept; numbers go by the office's name; a refused claim bars nobody else"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BEFORE = (
    "('OPEN', 'PROPOSED', 'PROVISIONAL', 'DECIDED', 'SEALED', 'UNSEAL_APPLIED', 'UNSEAL_CHECKED', 'EXPIRED', 'SUSPENDED', "
    "'NOT_STOPPED', 'URGED', 'STOPPED', 'RESUME_APPLIED', 'RESUME_CHECKED', 'UNSEALED', 'RESUMED', 'DROPPED'"
)


def upgrade() -> None:
    """Apply."""
    op.add_column("measure", sa.Column("proposal", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True))
    op.drop_constraint("ck_measure_state_known", "measure")
    op.create_check_constraint(op.f("ck_measure_state_known"), "measure", f"state IN {_BEFORE}, 'REVOKED')")
    op.drop_index("ix_reward_claim_hazard", table_name="reward_claim")
    op.create_index(
        "ix_reward_claim_hazard", "reward_claim", ["hazard_id"], unique=True,
        postgresql_where="state NOT IN ('WITHDRAWN', 'REFUSED')",
    )  # fmt: skip
    op.create_index(
        "ix_clock_unbreached", "clock", ["due_at", "id"],
        postgresql_where="met_at IS NULL AND cancelled_at IS NULL AND paused_at IS NULL AND breached_at IS NULL",
    )  # fmt: skip
    op.add_column("handover", sa.Column("kind", sa.Text(), nullable=False, server_default="LETTER"))
    op.alter_column("handover", "kind", server_default=None)
    op.create_check_constraint(op.f("ck_handover_kind_known"), "handover", "kind IN ('LETTER', 'REFERRAL')")
    op.create_index("ix_task_signers", "task", ["signer_ids"], postgresql_using="gin")
    # A number is written with the name of its office: two offices of one name share a series, or their papers would share numbers.
    op.execute(
        """
        CREATE TEMP TABLE renamed ON COMMIT DROP AS
        SELECT split_part(s.series, ':', 1) || ':' || o.short_name || ':' || split_part(s.series, ':', 3) AS series,
               max(s.last) AS last
          FROM number_series s JOIN organisation o ON o.id::text = split_part(s.series, ':', 2)
         GROUP BY 1
        """
    )
    op.execute("DELETE FROM number_series WHERE split_part(series, ':', 2) IN (SELECT id::text FROM organisation)")
    op.execute(
        "INSERT INTO number_series AS s (series, last) SELECT series, last FROM renamed"
        " ON CONFLICT (series) DO UPDATE SET last = greatest(s.last, excluded.last)"
    )


def downgrade() -> None:
    """Take back. Every office goes on where the series of its name stands; a refused claim beside another counts as withdrawn."""
    op.execute(
        """
        INSERT INTO number_series AS s (series, last)
        SELECT split_part(n.series, ':', 1) || ':' || o.id || ':' || split_part(n.series, ':', 3), n.last
          FROM number_series n JOIN organisation o ON o.short_name = split_part(n.series, ':', 2)
        ON CONFLICT (series) DO UPDATE SET last = greatest(s.last, excluded.last)
        """
    )
    op.execute("UPDATE number_block SET numbers = replace(numbers::text, '\"NAMED\"', '\"HELD\"')::jsonb")
    op.execute(
        """
        UPDATE reward_claim c SET state = 'WITHDRAWN'
         WHERE c.state = 'REFUSED'
           AND EXISTS (SELECT FROM reward_claim o WHERE o.hazard_id = c.hazard_id AND o.id > c.id AND o.state <> 'WITHDRAWN')
        """
    )
    op.execute("UPDATE measure SET state = 'DROPPED' WHERE state = 'REVOKED'")
    op.drop_constraint("ck_measure_state_known", "measure")
    op.create_check_constraint(op.f("ck_measure_state_known"), "measure", f"state IN {_BEFORE})")
    op.drop_index("ix_task_signers", table_name="task")
    op.drop_column("handover", "kind")
    op.drop_index("ix_clock_unbreached", table_name="clock")
    op.drop_column("measure", "proposal")
    op.drop_index("ix_reward_claim_hazard", table_name="reward_claim")
    op.create_index("ix_reward_claim_hazard", "reward_claim", ["hazard_id"], unique=True, postgresql_where="state <> 'WITHDRAWN'")
