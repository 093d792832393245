#!/usr/bin/env bash
# From a school's request for support to the gemeente's answer, with nothing but kcat: each step printed when it is done. kcat cannot seal.
set -euo pipefail
broker=$1 board=$2 board_source=$3 gemeente=$4 gemeente_source=$5
today=$(date -u +%F)
case=$(</proc/sys/kernel/random/uuid)

hear() { # party, pattern: the line of what the party is sent that has it; kcat ends at the end of the topic, so it is asked again
    for _ in $(seq 120); do
        kcat -C -q -b "$broker" -t "to.$1.v1" -o beginning -e -u -f '%s\n' 2>/dev/null | grep -E -- "$2" && return
        sleep 0.5
    done
    echo "$1 waited for $2" >&2
    return 1
}

emit() { # party, source, stem, data
    local id type
    id=$(</proc/sys/kernel/random/uuid)
    type=nl.passendonderwijs.${3//_/-}.v1
    printf '{"specversion":"1.0","id":"%s","source":"%s","type":"%s","subject":"%s","time":"%s","data":%s}' \
        "$id" "$2" "$type" "$case" "$(date -u +%FT%TZ)" "$4" |
        kcat -P -b "$broker" -t "from.$1.v1" -k "$case" -X partitioner=murmur2_random \
            -H "content-type=application/cloudevents+json; charset=utf-8"
    echo "$1 emits $3 $id"
    hear "$1" "event-accepted\.v1.*\"event\":\"$id\"" >/dev/null
    echo "$1 hears event_accepted $id"
}

emit "$board" "$board_source" support_requested \
    "{\"school\":\"90AA00\",\"homeMunicipality\":\"$gemeente\",\"ageBand\":\"8-9\",\"recognisedOn\":\"$today\"}"
emit "$board" "$board_source" parents_consulted \
    "{\"heldOn\":\"$today\",\"present\":[\"parent\",\"teacher\"],\"childHeard\":\"heard\",\"youthTeam\":\"refer\"}"
emit "$board" "$board_source" consent_given \
    "{\"purposes\":[\"refer_to_youth_team\"],\"agreedBy\":[\"parent\"],\"agreedOn\":\"$today\",\"form\":\"written\"}"
referral=$(hear "$gemeente" "jgt-referred\.v1.*\"subject\":\"$case\"")
referral=$(sed -E 's/.*"id":"([0-9a-f-]{36})".*"type":.*/\1/' <<<"$referral")
echo "$gemeente hears jgt_referred $referral"
emit "$gemeente" "$gemeente_source" jgt_referral_accepted "{\"referral\":\"$referral\",\"acceptedOn\":\"$today\"}"
