# shellcheck shell=bash
# A throw-away PostgreSQL and Redis on free loopback ports, behind random passwords, nothing written to stay.
# Needs _common.sh. `start_services` exports DATABASE_URL and REDIS_URL; whoever calls it sets `trap stop_services EXIT`.

SERVICES=""
REDIS_PID=""

# PostgreSQL refuses to run as root: then it runs as the user that Debian's package made.
as_postgres() {
  if ((EUID == 0)); then
    runuser -u postgres -- "$@"
  else
    "$@"
  fi
}

postgres_bin() { compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1; }

random_word() { "$PY" -c 'import secrets; print(secrets.token_hex(16))'; }

make_services_folder() {
  [[ -n "$SERVICES" ]] && return
  SERVICES="$(mktemp -d "${TMPDIR:-/tmp}/keian-services.XXXXXX")"
  chmod 711 "$SERVICES"
  mkdir -m 700 "$SERVICES/postgres" "$SERVICES/redis"
  if ((EUID == 0)); then chown postgres: "$SERVICES/postgres"; fi
}

start_postgres() {
  make_services_folder
  local bin data="$SERVICES/postgres/data" port password
  local quick="-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
  bin="$(postgres_bin)"
  port="$(free_port 0)"
  password="$(random_word)"
  as_postgres tee "$SERVICES/postgres/password" <<<"$password" >/dev/null
  (
    cd "$SERVICES"
    as_postgres "$bin/initdb" -D "$data" -U keian --pwfile="$SERVICES/postgres/password" -A scram-sha-256 \
      -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null &&
      as_postgres "$bin/pg_ctl" start -w -s -D "$data" -l "$SERVICES/postgres/log" \
        -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= $quick"
  ) && PGPASSWORD="$password" "$bin/createdb" -h 127.0.0.1 -p "$port" -U keian keian || {
    as_postgres cat "$SERVICES/postgres/log" >&2
    die "PostgreSQL を起動できません / cannot start PostgreSQL"
  }
  export DATABASE_URL="postgres://keian:$password@127.0.0.1:$port/keian"
}

start_redis() {
  make_services_folder
  local port password
  port="$(free_port 0)"
  password="$(random_word)"
  redis-server - >"$SERVICES/redis/log" 2>&1 <<CONF &
bind 127.0.0.1
port $port
dir $SERVICES/redis
save ""
appendonly no
requirepass $password
CONF
  REDIS_PID=$!
  for _ in {1..50}; do
    if REDISCLI_AUTH="$password" redis-cli -p "$port" ping 2>/dev/null | grep -q PONG; then
      export REDIS_URL="redis://:$password@127.0.0.1:$port/0"
      return
    fi
    sleep 0.1
  done
  cat "$SERVICES/redis/log" >&2
  die "Redis を起動できません / cannot start Redis"
}

start_services() {
  start_postgres
  start_redis
}

# Ends what this script started, by its own process id, and keeps the exit status of the script.
stop_services() {
  local status=$?
  set +e
  if [[ -n "$REDIS_PID" ]]; then
    kill "$REDIS_PID" 2>/dev/null
    wait "$REDIS_PID" 2>/dev/null
    REDIS_PID=""
  fi
  if [[ -n "$SERVICES" ]]; then
    if [[ -f "$SERVICES/postgres/data/postmaster.pid" ]]; then
      (cd / && as_postgres "$(postgres_bin)/pg_ctl" stop -w -s -m immediate -D "$SERVICES/postgres/data") >/dev/null 2>&1
    fi
    rm -rf -- "$SERVICES"
    SERVICES=""
  fi
  return "$status"
}
