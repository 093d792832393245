#!/bin/bash
# Starts the broker under a cluster id that belongs to its volume: readers know a new log by it, so a new volume gets a new one, and a
# broker that is started again keeps its own.
CLUSTER_ID=$(sed -n 's/^cluster.id=//p' /var/lib/kafka/data/meta.properties 2>/dev/null)
export CLUSTER_ID="${CLUSTER_ID:-$(head -c 15 /dev/urandom | base64 | tr +/ xy)AA}"
exec /etc/kafka/docker/run
