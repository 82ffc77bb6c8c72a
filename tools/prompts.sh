#!/usr/bin/env bash
# Makes the spoken prompts anew: internal/audio/prompt/*.zip of what words/*.txt says and
# of the numbers to 99. Needs pico2wave (Debian package libttspico-utils, non-free).
set -euo pipefail
cd "$(dirname "$0")/.."

words=internal/audio/prompt/words
spoken=$(mktemp -d)
trap 'rm -rf "$spoken"' EXIT
while read -r language voice; do
  mkdir "$spoken/$language"
  say() { pico2wave -l "$voice" -w "$spoken/$language/$1.wav" "$2"; }
  for n in $(seq 0 99); do say "$n" "$n."; done
  while IFS=$'\t' read -r name text; do say "$name" "$text"; done <"$words/$language.txt"
done <<'VOICES'
en en-US
fr fr-FR
VOICES
go test ./internal/audio/prompt -run '^TestArchive$' -count 1 -spoken "$spoken"
