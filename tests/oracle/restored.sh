#!/bin/sh
# Records dumps of restored.sql: made on the first server, then restored on each one and dumped again.
#     tests/oracle/restored.sh 15=/usr/lib/postgresql/15/bin,URL 18=/elsewhere/bin,URL...
# URL is that of the server without a database, such as postgresql://postgres@127.0.0.1:5432
set -e
here=$(dirname "$0")
out="$here/../fixtures/restored"
from="$here/restored.sql"
first=yes
for server in "$@"; do
    version=${server%%=*}
    rest=${server#*=}
    bin=${rest%%,*}
    url=${rest#*,}
    for step in $([ $first ] && echo made) "$version"; do
        psql -qX "$url/postgres" -c "DROP DATABASE IF EXISTS restamp_restored" -c "CREATE DATABASE restamp_restored"
        psql -qX -v ON_ERROR_STOP=1 "$url/restamp_restored" -f "$from" > /dev/null
        "$bin/pg_dump" -s "$url/restamp_restored" | grep -v '^\\' > "$out/$step.sql"
        psql -qX "$url/postgres" -c "DROP DATABASE restamp_restored"
        from="$out/made.sql"
        first=
    done
done
