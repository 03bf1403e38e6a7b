#!/bin/sh
# Debian's part of `make test`: install what tests/system-packages.txt names and is missing.
# As root or with a passwordless sudo it installs; otherwise it says what to type. Elsewhere than
# on Debian, CHROMIUM=/path/to/chromium names the browser and the rest is looked for on the PATH.
set -eu
cd "$(dirname "$0")"
first() { for f in "$@"; do if [ -x "$f" ]; then echo "$f"; return; fi; done; }
there() { # is what this package brings there, wherever it came from?
  case "$1" in
    chromium) [ -n "${CHROMIUM:-}" ] || command -v chromium || command -v chromium-browser ;;
    firefox-esr) command -v firefox-esr || command -v firefox ;;
    nodejs) command -v node ;;
    npm) command -v npm ;;
    postgresql) command -v initdb || first /usr/lib/postgresql/*/bin/initdb | grep . ;;
    redis-server) command -v redis-server || command -v valkey-server ;;
    *) dpkg -s "$1" ;;
  esac >/dev/null 2>&1
}
missing=
for package in $(sed 's/#.*//' system-packages.txt); do
  there "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
line="apt-get install -y --no-install-recommends$missing"
if ! command -v apt-get >/dev/null; then
  echo "The tests need what Debian calls:$missing. Install them and type the same again"
  echo "(CHROMIUM=/path/to/chromium names a browser that is elsewhere)."
  exit 1
fi
if ! grep -q '^ID=debian' "${OS_RELEASE:-/etc/os-release}"; then case "$missing" in *chromium*|*firefox*)
  echo "The tests need$missing. Only Debian has its browsers as such packages (Ubuntu's are snaps, which"
  echo "cannot be driven from here). Install Firefox's own .deb (support.mozilla.org: Install Firefox on Linux)"
  echo "and Chrome's or a Chromium's (CHROMIUM=/path/to/it), the rest with apt-get, and type the same again."
  exit 1
esac; fi
if [ "$(id -u)" = 0 ]; then sudo=; elif sudo -n true 2>/dev/null; then sudo=sudo; else
  echo "The tests need more from Debian. Type:  sudo $line"
  exit 1
fi
echo "Installing for the tests:$missing ..."
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo $line -qq >/dev/null
