#!/bin/sh
set -e
if [ "$1" = configure ]; then
  if ! getent passwd dialtone >/dev/null; then
    adduser --system --group --quiet --no-create-home --home /var/lib/dialtone --gecos Dialtone dialtone
  fi
  # Everything below is a secret of the daemon's.
  install -d -o dialtone -g dialtone -m 0700 /var/lib/dialtone
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    if [ -z "$2" ]; then
      systemctl enable --quiet dialtone.service
      systemctl start dialtone.service || echo "dialtone did not start; see: journalctl -u dialtone" >&2
    else
      # The one that runs drains: calls end before the new one takes their place.
      systemctl try-restart dialtone.service || true
    fi
  fi
  if [ -z "$2" ]; then
    echo "Dialtone: the link to log in with for the first time is in /var/lib/dialtone/first-login."
  fi
fi
