"""PostgreSQL: the embedded server, migrations and planner settings."""
