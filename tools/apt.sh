#!/usr/bin/env bash
# Installs the Debian packages named, those that are missing.
# Without root it says what to install and goes on: a test whose peer is
# missing fails and names it.
set -euo pipefail

missing=()
for package in "$@"; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "Tests need: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 0
fi

export DEBIAN_FRONTEND=noninteractive
# Only tests run Postfix, each with a configuration of its own.
echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for attempt in 1 2 3; do
  if { apt-get -qq update && apt-get -qq install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    exit 0
  fi
  sleep $((attempt * 5))
done
cat "$log" >&2
echo "cannot install: ${missing[*]}" >&2
exit 1
