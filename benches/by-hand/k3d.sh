#!/usr/bin/env bash
# Starts the topology in a local cluster with k3d, kubectl and the SQL tool in a Job. `harness bench up`
# compares backend `k3d` with this script. It sets the environment variables that are used below.
#
#   k3d.sh up      starts everything, until the first workflow's result; prints each finished part
#   k3d.sh down    removes everything, however far `up` got
set -euo pipefail

mysql=$NAME-mysql
network=$NAME
# KUBECONFIG is a relative path: it is a list that `:` separates, and the folder's name may have a `:`.
cd "$FOLDER"
export KUBECONFIG=kubeconfig
read -ra ports <<<"$PORTS" # two free ports

start_mysql() {
    (umask 022 && head -c 24 /dev/urandom | base64 >"$FOLDER/password")
    docker run --detach --name "$mysql" --network "$network" \
        --mount "type=bind,\"source=${FOLDER//\"/\"\"}/password\",target=/run/password,readonly" \
        --env MYSQL_ROOT_PASSWORD_FILE=/run/password \
        "$MYSQL_IMAGE" --max-connections="$MAX_CONNECTIONS" >/dev/null
}

# Pings over TCP, because MySQL does not listen on TCP while its image initialises the database.
await_mysql() {
    until docker exec "$mysql" mysqladmin --host 127.0.0.1 --silent ping >/dev/null 2>&1; do
        sleep 0.1
    done
}

make_cluster() {
    k3d cluster create "$NAME" --image "$K3S_IMAGE" --servers "$SERVERS" --agents "$AGENTS" --no-lb \
        --network "$network" --api-port "127.0.0.1:${ports[0]}" \
        --port "127.0.0.1:${ports[1]}:30880@server:0:direct" \
        --k3s-arg '--disable=traefik,servicelb,metrics-server@server:*' \
        --kubeconfig-update-default=false --kubeconfig-switch-context=false \
        --wait --timeout 180s >"$FOLDER/k3d.log" 2>&1
    (umask 077 && k3d kubeconfig get "$NAME" >"$KUBECONFIG")
    kubectl wait --for=condition=Ready node --all --timeout=120s >/dev/null
    until kubectl get serviceaccount default >/dev/null 2>&1; do
        sleep 0.1
    done
}

import_images() {
    k3d image import --mode direct --cluster "$NAME" \
        "$SERVER_IMAGE" "$ADMIN_IMAGE" "$WEB_IMAGE" "$WORKER_IMPORT" >>"$FOLDER/k3d.log" 2>&1
}

apply() {
    kubectl apply --filename - >/dev/null
}

# Runs a Job with Temporal's tools and waits until it completes.
job() { # NAME SCRIPT
    apply <<YAML
apiVersion: batch/v1
kind: Job
metadata: {name: $1}
spec:
  backoffLimit: 3
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: $1
        image: $ADMIN_IMAGE
        imagePullPolicy: IfNotPresent
        env:
        - {name: SQL_PASSWORD, valueFrom: {secretKeyRef: {name: mysql, key: password}}}
        command:
        - sh
        - -ec
        - |$2
YAML
    kubectl wait --for=condition=Complete "job/$1" --timeout=180s >/dev/null
}

make_schema() {
    kubectl create secret generic mysql --from-file="password=$FOLDER/stripped" >/dev/null
    job schema "
          for store in temporal visibility; do
            database=temporal
            [ \$store = temporal ] || database=temporal_visibility
            set -- temporal-sql-tool --plugin mysql8 --ep $mysql --port 3306 --user root --db \$database
            \"\$@\" create-database
            \"\$@\" setup-schema --version 0.0
            \"\$@\" update-schema --schema-name mysql/v8/\$store
          done"
}

deployment() { # NAME REPLICAS PROBE CONTAINER
    cat <<YAML
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: $1}
spec:
  replicas: $2
  selector: {matchLabels: {app: $1}}
  template:
    metadata: {labels: {app: $1}}
    spec:
      enableServiceLinks: false
      terminationGracePeriodSeconds: 5
      volumes: [{name: dynamic-config, configMap: {name: dynamic-config}}]
      containers:
      - name: $1
        imagePullPolicy: IfNotPresent
        readinessProbe: {$3, periodSeconds: 1}
$4
YAML
}

role() { # ROLE REPLICAS PORT
    deployment "temporal-$1" "$2" "tcpSocket: {port: $3}" "
        image: $SERVER_IMAGE
        volumeMounts: [{name: dynamic-config, mountPath: /etc/temporal/config/dynamicconfig}]
        env:
        - {name: SERVICES, value: $1}
        - {name: TEMPORAL_SERVICES, value: $1}
        - {name: BIND_ON_IP, value: 0.0.0.0}
        - {name: TEMPORAL_BROADCAST_ADDRESS, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
        - {name: PUBLIC_FRONTEND_ADDRESS, value: 'temporal-frontend:7233'}
        - {name: DB, value: mysql8}
        - {name: MYSQL_SEEDS, value: $mysql}
        - {name: MYSQL_USER, value: root}
        - {name: MYSQL_PWD, valueFrom: {secretKeyRef: {name: mysql, key: password}}}
        - {name: NUM_HISTORY_SHARDS, value: '$SHARDS'}"
}

service() { # NAME TYPE PORTS
    cat <<YAML
---
apiVersion: v1
kind: Service
metadata: {name: $1}
spec: {type: $2, selector: {app: $1}, ports: [$3]}
YAML
}

start_temporal() {
    {
        # Without `---`, kubectl would parse text that begins with a brace as JSON.
        echo '---'
        echo '{apiVersion: v1, kind: ConfigMap, metadata: {name: dynamic-config}, data: {docker.yaml: ""}}'
        role frontend "$FRONTEND_REPLICAS" 7233
        role history "$HISTORY_REPLICAS" 7234
        role matching "$MATCHING_REPLICAS" 7235
        role worker "$WORKER_REPLICAS" 7239
        service temporal-frontend ClusterIP '{port: 7233}'
        deployment web 1 'tcpSocket: {port: 8080}' "
        image: $WEB_IMAGE
        env: [{name: TEMPORAL_ADDRESS, value: 'temporal-frontend:7233'}]"
    } | apply
    kubectl rollout status deployment --timeout=180s >/dev/null
}

make_namespace() {
    job namespace "
          until temporal operator namespace create --address temporal-frontend:7233 \
            --namespace $NAMESPACE --retention $RETENTION; do sleep 0.2; done"
}

start_workers() {
    {
        deployment application "$WORKERS" 'httpGet: {path: /ping, port: 8080}' "
        image: $WORKER_IMAGE
        env:
        - {name: TEMPORAL_ADDRESS, value: 'temporal-frontend:7233'}
        - {name: TEMPORAL_NAMESPACE, value: '$NAMESPACE'}
        - {name: TEMPORAL_TASK_QUEUE, value: '$TASK_QUEUE'}
        - {name: STARTER_ADDRESS, value: '0.0.0.0:8080'}"
        service application NodePort '{port: 8080, nodePort: 30880}'
    } | apply
    kubectl rollout status deployment/application --timeout=120s >/dev/null
    until curl --fail --silent --noproxy '*' "http://127.0.0.1:${ports[1]}/sync?name=Ada" \
        >/dev/null; do
        sleep 0.05
    done
}

up() {
    docker network create "$network" >/dev/null
    start_mysql
    make_cluster
    echo "done: cluster"
    import_images
    echo "done: images"
    await_mysql
    echo "done: MySQL"
    tr -d '\n' <"$FOLDER/password" >"$FOLDER/stripped"
    make_schema
    echo "done: schema"
    start_temporal
    echo "done: Temporal and console"
    make_namespace
    echo "done: namespace"
    start_workers
    echo "done: workers and first workflow"
}

down() {
    k3d cluster delete "$NAME" >/dev/null 2>&1 || true
    docker rm --force --volumes "$mysql" >/dev/null 2>&1 || true
    docker network rm "$network" >/dev/null 2>&1 || true
}

"$1"
