#!/usr/bin/env bash
# Installs what the browser tests drive: Debian's Chromium, and fonts for what they show. Does nothing where it is there.
set -euo pipefail
case "${1:-}" in
  -h | --help) echo "npm run setup:browser: installs Debian's chromium package and two font packages, if missing (needs root).
Exit codes: 0 Chromium is here, otherwise it is not."; exit 0 ;;
esac
if command -v chromium >/dev/null || [ -x "${CHROMIUM:-/nonexistent}" ]; then
  echo "Chromium is here: ${CHROMIUM:-$(command -v chromium)}"
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "No apt-get here: install Chromium or Chrome yourself and set CHROMIUM to its path." >&2
  exit 1
fi
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
echo "Installing Debian's chromium, fonts-dejavu-core and fonts-noto-color-emoji ..."
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  chromium fonts-dejavu-core fonts-noto-color-emoji >/dev/null
echo "Installed: $(command -v chromium)"
