#!/bin/sh
# Run once by the PostgreSQL image, on an empty volume: the two logins and the database.
# The owner migrates. The application's login owns nothing and steps over no wall (docs/operators.md).
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set owner_password="$ENGAGE_OWNER_PASSWORD" --set app_password="$ENGAGE_APP_PASSWORD" <<'SQL'
CREATE ROLE engage_owner LOGIN NOSUPERUSER NOBYPASSRLS CREATEROLE PASSWORD :'owner_password';
CREATE ROLE engage_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'app_password';
CREATE DATABASE engage OWNER engage_owner ENCODING 'UTF8';
SQL
