# Shared by scripts/demo and scripts/test: packages, build, logs. Source it; it changes to the repository's root.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"
BUILD=$ROOT/build
LOGS=$BUILD/logs
mkdir -p "$LOGS"

# phase NAME COMMAND...: one line per phase, the full output in build/logs/NAME.log; its last lines are shown when it fails.
phase() {
  local name=$1 started=$SECONDS
  shift
  if "$@" >"$LOGS/$name.log" 2>&1; then
    printf '%-12s done in %d s\n' "$name" $((SECONDS - started))
  else
    printf '%-12s FAILED after %d s; the end of build/logs/%s.log:\n' "$name" $((SECONDS - started)) "$name"
    tail -n 30 "$LOGS/$name.log"
    return 1
  fi
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

missing_packages() {
  grep -v '^#' scripts/packages.txt | while read -r name; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
  done
}

install_packages() {
  local missing
  missing=$(missing_packages)
  [ -z "$missing" ] && return 0
  as_root apt-get update
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
}

build() {
  [ -f "$BUILD/build.ninja" ] || cmake --preset default
  cmake --build "$BUILD" -- "$@"
}

# The second build, under sanitizers: fuzz targets, the runtime's tests, the tools that the importer's tests run.
build_sanitized() {
  [ -f "$ROOT/build-fuzz/build.ninja" ] || cmake --preset fuzz
  cmake --build "$ROOT/build-fuzz" --target fuzzers sanitized_tests
}

# python_environment: a virtual environment under build/ with the tokenizer library and numpy, from PyPI. pip trusts what the system trusts, since it
# brings certificates of its own, which do not know a proxy's.
python_environment() {
  [ -f /etc/ssl/certs/ca-certificates.crt ] && export PIP_CERT=${PIP_CERT:-/etc/ssl/certs/ca-certificates.crt}
  [ -x "$BUILD/venv/bin/python" ] || python3 -m venv "$BUILD/venv"
  "$BUILD/venv/bin/python" -c 'import numpy, tokenizers' 2>/dev/null ||
    "$BUILD/venv/bin/pip" install --quiet --disable-pip-version-check -r scripts/requirements.txt
}
