#!/bin/sh
# Makes Temporal's two databases, and brings their schemas to the version of this image. Run by every start: where
# nothing is to be done it changes nothing. SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD say where.
set -eu

prepare() {
  database=$1
  versions=/etc/temporal/schema/postgresql/v12/$2/versioned
  # Setting up a second time is refused, and that is no failure: the update tells whether the schema is there.
  temporal-sql-tool --db "$database" create || echo "$database: taken to be there"
  temporal-sql-tool --db "$database" setup-schema -v 0.0 || echo "$database: taken to be set up"
  temporal-sql-tool --db "$database" update-schema -d "$versions"
}

prepare temporal temporal
prepare temporal_visibility visibility
