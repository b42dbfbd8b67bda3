"""Accounts, their credentials, and the audit log."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CODE = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)
ROLES = ("viewer", "reporter", "coordinator", "admin")


def upgrade() -> None:
    _accounts()
    _signing_in()
    _audit()


def downgrade() -> None:
    for table in ("audit", "attempt", "sign_in", "token", "account"):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_change()")


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", CODE, nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column(
            "role",
            sa.Enum(
                *ROLES,
                name="account_role_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reach", CODE, nullable=False, server_default=""),
        sa.Column("password_hash", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("disabled_at", MOMENT),
        sa.CheckConstraint("login <> ''", name="account_login_not_empty"),
        sa.CheckConstraint("login = lower(login)", name="account_login_lower_case"),
        sa.PrimaryKeyConstraint("id", name="account_pkey"),
    )
    op.create_index("account_login_unique", "account", ["login"], unique=True)


def _signing_in() -> None:
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("expires_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
        sa.Column("last_used_at", MOMENT),
        sa.CheckConstraint("octet_length(hash) = 32", name="token_hash_is_sha256"),
        sa.CheckConstraint("expires_at > created_at", name="token_expires_after_creation"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="token_account_id_exists"),
        sa.PrimaryKeyConstraint("id", name="token_pkey"),
    )
    op.create_index("token_hash_unique", "token", ["hash"], unique=True)
    op.create_index("token_account_id_idx", "token", ["account_id"])
    op.create_table(
        "sign_in",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.CheckConstraint("octet_length(hash) = 32", name="sign_in_hash_is_sha256"),
        sa.CheckConstraint("expires_at > created_at", name="sign_in_expires_after_creation"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="sign_in_account_id_exists"),
        sa.PrimaryKeyConstraint("hash", name="sign_in_pkey"),
    )
    op.create_index("sign_in_account_id_idx", "sign_in", ["account_id"])
    op.create_index("sign_in_expires_at_idx", "sign_in", ["expires_at"])
    op.create_table(
        "attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("login_hash", sa.LargeBinary(), nullable=False),
        sa.Column("address", CODE, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False, server_default=sa.func.clock_timestamp()),
        sa.CheckConstraint("octet_length(login_hash) = 32", name="attempt_hash_is_sha256"),
        sa.PrimaryKeyConstraint("id", name="attempt_pkey"),
    )
    op.create_index("attempt_login_hash_made_at_idx", "attempt", ["login_hash", "made_at"])
    op.create_index("attempt_address_made_at_idx", "attempt", ["address", "made_at"])
    op.create_index("attempt_made_at_idx", "attempt", ["made_at"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("login", CODE, nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.Column("action", CODE, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", JSONB()),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="audit_account_id_exists"),
        sa.PrimaryKeyConstraint("id", name="audit_pkey"),
    )
    op.create_index("audit_login_id_idx", "audit", ["login", "id"])
    op.create_index("audit_action_id_idx", "audit", ["action", "id"])
    op.create_index("audit_made_at_idx", "audit", ["made_at"])
    op.create_index("audit_account_id_id_idx", "audit", ["account_id", "id"])
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        END $$
    """)
    op.execute("""
        CREATE TRIGGER audit_is_never_changed
        BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)
