# shellcheck shell=bash
# Shared by every script in bin/: where we are, how we speak, the Python environment.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$ROOT"
VENV="$ROOT/.venv"
PY="$VENV/bin/python"
UV_SPEC="uv>=0.13,<1"
export PYTHONUTF8=1

say() { printf '%s\n' "$*"; }

die() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Prints the first Python of 3.11 or newer; fails without one.
find_python() {
  local candidate
  for candidate in python3 python3.11 python3.12 python3.13; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  return 1
}

venv_works() { "$PY" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# Makes .venv where there is none, or again where its Python is gone; `$1` is the Python to make it with.
ensure_venv() {
  venv_works && [[ -x "$VENV/bin/pip" ]] && return
  say "Python の環境を作ります / Making the Python environment: .venv"
  "$1" -m venv --clear "$VENV"
}

ensure_uv() {
  [[ -x "$VENV/bin/uv" ]] && return
  say "uv を入れます / Installing uv"
  "$PY" -m pip install --quiet --disable-pip-version-check "$UV_SPEC"
}

# Prints the Chromium or Chrome of this machine; one that does not start (Ubuntu's snap stub) does not count.
find_browser() {
  local candidate
  for candidate in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$candidate" >/dev/null && browser_starts "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

# Debian's own package always starts; asking every time would cost a second.
browser_starts() { grep -qs '^ID=debian' /etc/os-release || "$1" --version >/dev/null 2>&1; }

# A free loopback port: `$1` or the next free one; any free one for 0.
free_port() {
  "$PY" - "$1" <<'PYTHON'
import socket
import sys

first = int(sys.argv[1])
for port in [0] if first == 0 else range(first, min(first + 100, 65536)):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(probe.getsockname()[1])
        break
else:
    sys.exit(f"空いているポートがありません / no free port: {first}-{first + 99}")
PYTHON
}
