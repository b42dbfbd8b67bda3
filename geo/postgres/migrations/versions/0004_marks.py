"""Record every write to the source tables of tiles, so that caches know if they are current."""

from collections.abc import Sequence

from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MARKED = (
    "area",
    "neighborhood",
    "manager",
    "building",
    "property_coverage",
    "micro_grid",
    "issue",
    "backdrop",
)


def upgrade() -> None:
    op.execute("""
        CREATE TABLE mark (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT mark_pkey PRIMARY KEY,
            subject text COLLATE "C" NOT NULL,
            number numeric NOT NULL
        )
    """)
    op.execute("CREATE INDEX mark_subject_idx ON mark (subject)")
    op.execute("""
        CREATE FUNCTION mark_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO mark (subject, number)
            VALUES (TG_TABLE_NAME, hashtextextended(gen_random_uuid()::text, 0));
            -- Now and then many marks become their sum, which names the same state. Stricter
            -- isolation would fail where another has just done so.
            IF random() < 0.002 AND current_setting('transaction_isolation') = 'read committed' THEN
                WITH old AS (
                    DELETE FROM mark WHERE id IN (
                        SELECT id FROM mark WHERE subject = TG_TABLE_NAME FOR UPDATE SKIP LOCKED
                    ) RETURNING number
                )
                INSERT INTO mark (subject, number)
                SELECT TG_TABLE_NAME, sum(number) FROM old HAVING count(*) > 0;
            END IF;
            RETURN NULL;
        END $$
    """)
    for table in MARKED:
        op.execute(f"""
            INSERT INTO mark (subject, number)
            VALUES ('{table}', hashtextextended(gen_random_uuid()::text, 0))
        """)
        op.execute(f"""
            CREATE TRIGGER mark_change
            AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION mark_change()
        """)


def downgrade() -> None:
    for table in MARKED:
        op.execute(f"DROP TRIGGER mark_change ON {table}")
    op.execute("DROP FUNCTION mark_change()")
    op.execute("DROP TABLE mark")
