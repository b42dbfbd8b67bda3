#!/bin/sh
# Runs once in the database container: creates the role of the service (docs/install.md).
set -eu

psql --set ON_ERROR_STOP=1 --set password="$GRIDWARD_SERVICE_PASSWORD" \
    --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE gridward_service LOGIN PASSWORD :'password';
ALTER ROLE gridward_service SET statement_timeout = '60s';
ALTER ROLE gridward_service SET lock_timeout = '10s';
ALTER ROLE gridward_service SET idle_in_transaction_session_timeout = '60s';
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE TEMPORARY ON DATABASE gridward FROM PUBLIC;
SQL
