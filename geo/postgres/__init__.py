"""PostgreSQL: the embedded cluster, migrations and planner settings."""
