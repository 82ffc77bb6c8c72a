#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || true
fi
# Accounts, passwords and calls go only when the administrator says so.
if [ "$1" = purge ]; then
  rm -rf /var/lib/dialtone
  rmdir --ignore-fail-on-non-empty /etc/dialtone 2>/dev/null || true
  if getent passwd dialtone >/dev/null; then
    deluser --system --quiet dialtone || true
  fi
fi
