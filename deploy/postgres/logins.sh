#!/bin/bash
# Runs once, on an empty volume: each service gets a login and a database that only it may enter, with the password of its secret file.
for service in intake jgt_bridge placement notify console; do
    address=$(cat "/run/secrets/$service")
    password=${address#*://*:}
    psql --quiet --set ON_ERROR_STOP=1 --username postgres --set service="$service" --set password="${password%@*}" <<'SQL' || exit 1
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
