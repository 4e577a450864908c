#!/usr/bin/env bash
# Starts Temporal's released server on MySQL with docker, temporal-sql-tool, temporal-server and the
# workers. `harness bench up` compares engine `server` with this script. It sets the environment
# variables that are used below.
#
#   server.sh up      starts everything, until the first workflow's result; prints each finished part
#   server.sh down    removes everything, however far `up` got
set -euo pipefail

# These programs must not use the user's client profile, which may be for another cluster.
export TEMPORAL_CONFIG_FILE=/dev/null

mysql=$NAME-mysql
# Free ports: one for MySQL, three for each server process, one for each worker. None is above 32767,
# because Temporal stores ports in a signed 16-bit column.
read -ra ports <<<"$PORTS"
pids=$FOLDER/pids
started=0

next_port() { # VARIABLE
    printf -v "$1" %s "${ports[0]}"
    ports=("${ports[@]:1}")
}

# Pings over TCP, because MySQL does not listen on TCP while its image initialises the database.
start_mysql() {
    (umask 022 && head -c 24 /dev/urandom | base64 >"$FOLDER/password")
    docker run --detach --name "$mysql" --publish "127.0.0.1:$mysql_port:3306" \
        --mount "type=bind,\"source=${FOLDER//\"/\"\"}/password\",target=/run/password,readonly" \
        --env MYSQL_ROOT_PASSWORD_FILE=/run/password \
        "$MYSQL_IMAGE" --max-connections="$MAX_CONNECTIONS" >/dev/null
    until docker exec "$mysql" mysqladmin --host 127.0.0.1 --silent ping >/dev/null 2>&1; do
        sleep 0.1
    done
}

make_schema() {
    local store
    for store in temporal visibility; do
        local database=temporal
        [[ $store == temporal ]] || database=temporal_visibility
        local tool=("$SQL_TOOL" --plugin mysql8 --ep 127.0.0.1 --port "$mysql_port" --user root
            --db "$database")
        "${tool[@]}" create-database
        "${tool[@]}" setup-schema --version 0.0
        "${tool[@]}" update-schema --schema-name "mysql/v8/$store"
    done >"$FOLDER/schema.log" 2>&1
}

cli() {
    HOME=$FOLDER "$CLI" "$@"
}

group_of() { # PID
    ps -o pgid= -p "$1" | tr -d ' '
}

# Starts a program that outlives this script.
start() { # LOG DIRECTORY PROGRAM ARGUMENT...
    local log=$1 directory=$2
    shift 2
    (cd "$directory" && exec "$@") >"$FOLDER/$log.log" 2>&1 </dev/null &
    echo "$!" >>"$pids"
    started=$((started + 1))
}

# Exits if a program has ended, since waiting for it would never end.
all_live() {
    [[ $(jobs -rp | wc -l) -eq $started ]] && return
    tail -n 1 "$FOLDER"/*.log | cut -c 1-300 >&2
    exit 1
}

await_port() { # PORT
    until (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
        all_live
        sleep 0.05
    done
}

# Starts one process per role and replica. Each has its own ports, and all know the frontend's.
start_temporal() {
    : >"$FOLDER/dynamic-config.yaml"
    export DB=mysql8 MYSQL_SEEDS=127.0.0.1 DB_PORT=$mysql_port MYSQL_USER=root
    export NUM_HISTORY_SHARDS=$SHARDS BIND_ON_IP=127.0.0.1 TEMPORAL_BROADCAST_ADDRESS=127.0.0.1
    # A relative path, because the server inserts it into YAML without quoting.
    export DYNAMIC_CONFIG_FILE_PATH=dynamic-config.yaml LOG_LEVEL=warn
    local role upper count replica grpc membership http
    for role in frontend history matching worker; do
        upper=$(tr '[:lower:]' '[:upper:]' <<<"$role")
        count=${upper}_REPLICAS
        for ((replica = 0; replica < ${!count}; replica++)); do
            next_port grpc
            next_port membership
            next_port http
            [[ $role-$replica != frontend-0 ]] || frontend_port=$grpc
            start "$role-$replica" "$FOLDER" env "${upper}_GRPC_PORT=$grpc" \
                "${upper}_MEMBERSHIP_PORT=$membership" "FRONTEND_HTTP_PORT=$http" \
                PUBLIC_FRONTEND_ADDRESS="127.0.0.1:$frontend_port" \
                "$SERVER" --allow-no-auth start --service "$role"
            # Each process updates the cluster metadata at its start, and fails if another process
            # updates it at the same time.
            await_port "$grpc"
        done
    done
    until cli operator cluster health --address "127.0.0.1:$frontend_port" >/dev/null 2>&1; do
        all_live
        sleep 0.1
    done
}

make_namespace() {
    until cli operator namespace create --address "127.0.0.1:$frontend_port" \
        --namespace "$NAMESPACE" --retention "$RETENTION" >"$FOLDER/namespace.log" 2>&1; do
        all_live
        sleep 0.1
    done
}

start_workers() {
    export TEMPORAL_ADDRESS=127.0.0.1:$frontend_port TEMPORAL_NAMESPACE=$NAMESPACE
    export TEMPORAL_TASK_QUEUE=$TASK_QUEUE
    local arguments replica starter_port
    read -ra arguments <<<"$WORKER_ARGUMENTS"
    for ((replica = 0; replica < WORKERS; replica++)); do
        next_port starter_port
        start "application-$replica" . env "STARTER_ADDRESS=127.0.0.1:$starter_port" \
            "$WORKER" ${arguments[@]+"${arguments[@]}"}
    done
    until curl --fail --silent --noproxy '*' "http://127.0.0.1:$starter_port/sync?name=Ada" \
        >/dev/null; do
        all_live
        sleep 0.05
    done
}

up() {
    group_of "$$" >"$FOLDER/group"
    next_port mysql_port
    start_mysql
    # Programs read the password from the environment, so that no command line contains it.
    SQL_PASSWORD=$(<"$FOLDER/password")
    export SQL_PASSWORD MYSQL_PWD=$SQL_PASSWORD
    echo "done: MySQL"
    make_schema
    echo "done: schema"
    start_temporal
    echo "done: Temporal"
    make_namespace
    echo "done: namespace"
    unset SQL_PASSWORD MYSQL_PWD
    start_workers
    echo "done: workers and first workflow"
}

down() {
    local pid
    if [[ -f $pids ]]; then
        while read -r pid; do
            # The pid may belong to another program by now, but that is in another process group.
            [[ $(group_of "$pid") != "$(<"$FOLDER/group")" ]] || kill -KILL "$pid" || true
        done <"$pids"
        rm -f "$pids"
    fi
    docker rm --force --volumes "$mysql" >/dev/null 2>&1 || true
}

"$1"
