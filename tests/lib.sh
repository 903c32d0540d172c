# What tests/run, tests/quickstart and .ci/run share. Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\n== %s\n' "$*"; }

# Installs what the lists (tests/packages) name and is not there yet. Wants root only when something is missing.
install_packages() {
  local lists=("$root/tests/packages" "$@")
  local missing=()
  local package
  while read -r package; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done < <(cat "${lists[@]}" | grep -v '^#' | grep .)
  [ ${#missing[@]} -eq 0 ] && return
  say "installing: ${missing[*]}"
  if [ "$(id -u)" != 0 ]; then
    echo "Not root, so this must be done by hand: apt-get install ${missing[*]}" >&2
    return 1
  fi
  # Every answer is given, no daemon is started, and a lock held by another apt is waited for.
  export DEBIAN_FRONTEND=noninteractive
  local log
  log=$(mktemp)
  if ! { apt-get update -qq -o DPkg::Lock::Timeout=300 &&
    apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}"; } >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# What was compiled once is not compiled again in the next checkout.
remember_compiled() {
  local cache=${RECOVER_TEST_CACHE:-/var/cache/recover-tests}
  if [ -n "${CMAKE_CXX_COMPILER_LAUNCHER:-}" ] || ! command -v ccache >/dev/null || ! mkdir -p "$cache" 2>/dev/null ||
    [ ! -w "$cache" ]; then
    return
  fi
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_DIR=$cache/ccache CCACHE_MAXSIZE=4G
  # Paths below the checkout are taken as relative ones, in what is hashed as well as in what the debugger is told.
  export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
}

# build PRESET [TARGET...]: configures and builds; quiet unless it fails.
build() {
  local preset=$1 directory=$root/build
  shift
  remember_compiled
  [ "$preset" = release ] || directory=$root/build-$preset
  say "building ($preset)"
  (cd "$root" && cmake --preset "$preset" >"$directory.log" 2>&1 && cmake --build --preset "$preset" ${1:+--target "$@"} >>"$directory.log" 2>&1) || {
    grep -E 'error|Error|FAILED' -A4 "$directory.log" >&2 || tail -40 "$directory.log" >&2
    return 1
  }
  rm -f "$directory.log"
}
