#!/usr/bin/env bash
# Runs a command with a Node that can build the page (20.19 or newer) first in PATH.
# Where there is none it takes Debian's npm to install one below tools/.node; without
# root it says what is missing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
own="$here/.node/node_modules/node/bin"
wanted="20.19"

fits() {
  local version
  version=$("$@" --version 2>/dev/null) || return 1
  [ "$(printf '%s\n' "$wanted" "${version#v}" | sort -V | head -n 1)" = "$wanted" ]
}

if [ -x "$own/node" ]; then
  PATH="$own:$PATH"
fi
if ! fits node || ! command -v npm >/dev/null; then
  command -v npm >/dev/null || "$here/apt.sh" nodejs npm
  command -v npm >/dev/null || { echo "The page needs Node $wanted or newer and npm." >&2; exit 1; }
  if ! fits node; then
    npm install --silent --no-audit --no-fund --no-save --prefix "$here/.node" "node@^22"
    PATH="$own:$PATH"
  fi
fi
fits node || { echo "The page needs Node $wanted or newer; this is $(node --version 2>/dev/null || echo none)." >&2; exit 1; }
exec "$@"
