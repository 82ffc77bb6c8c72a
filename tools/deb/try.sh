#!/usr/bin/env bash
# Installs the Debian package on this machine as a new user would, starts the daemon as
# the unit does, removes and purges it. Wants root, and a machine Dialtone is not
# installed on. $1 is the package.
set -euo pipefail
package=$(realpath "$1")
fail() { echo "deb-try: $*" >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || fail "must be run as root"
! dpkg-query -W dialtone >/dev/null 2>&1 || fail "dialtone is installed on this machine"
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; dpkg -P dialtone >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

described=$(dpkg-deb -f "$package" Package Version Architecture | tr '\n' ' ')
echo "package: $described"
dpkg -s adduser >/dev/null 2>&1 || { apt-get -qq update && apt-get -qq install -y --no-install-recommends adduser; } >/dev/null
dpkg -i "$package" >"$work/install"
grep -q first-login "$work/install" || fail "the installation does not tell how to log in"
dpkg-query -W -f '${Conffiles}' dialtone | grep -q /etc/dialtone/dialtone.yaml || fail "the configuration is no conffile"
[ "$(stat -c '%U %a' /var/lib/dialtone)" = "dialtone 700" ] || fail "the data folder is not dialtone's alone"
dialtone version
if command -v systemd-analyze >/dev/null; then systemd-analyze verify /usr/lib/systemd/system/dialtone.service; fi

# The unit's command as the unit's user, on free ports.
start=$(sed -n 's/^ExecStart=//p' /usr/lib/systemd/system/dialtone.service)
export DIALTONE_PROVISION_LISTEN=127.0.0.1:0 DIALTONE_ADMIN_LISTEN=127.0.0.1:0 DIALTONE_SIP_UDP='["127.0.0.1:0"]' DIALTONE_SIP_TCP='["127.0.0.1:0"]'
# shellcheck disable=SC2086 # the command is words
(cd / && umask 077 && exec setpriv --reuid dialtone --regid dialtone --init-groups --bounding-set -all $start) 2>"$work/log" &
pid=$!
for _ in $(seq 300); do
  [ -e /var/lib/dialtone/listeners.json ] && break
  kill -0 "$pid" 2>/dev/null || { cat "$work/log" >&2; fail "the daemon ended"; }
  sleep 0.1
done
[ "$(stat -c '%U %a' /var/lib/dialtone/first-login)" = "dialtone 600" ] || fail "the first login is not dialtone's alone"
dialtone backup --config /etc/dialtone/dialtone.yaml --out "$work/backup"
kill -TERM "$pid"
wait "$pid" || fail "the daemon did not stop well"
pid=

echo "# changed" >>/etc/dialtone/dialtone.yaml
dpkg -i "$package" >/dev/null
grep -q "# changed" /etc/dialtone/dialtone.yaml || fail "an upgrade overwrote the configuration"
dpkg -r dialtone >/dev/null
[ -e /var/lib/dialtone/first-login ] && [ -e /etc/dialtone/dialtone.yaml ] || fail "removing it lost data or configuration"
dpkg -P dialtone >/dev/null
for left in /var/lib/dialtone /etc/dialtone /usr/bin/dialtone /usr/lib/systemd/system/dialtone.service.d; do
  [ ! -e "$left" ] || fail "purging it left $left"
done
! getent passwd dialtone >/dev/null || fail "purging it left the user"
echo "deb-try: installed, started, backed up, stopped, upgraded, removed, purged"
