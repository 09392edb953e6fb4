#!/bin/sh
# Tests drive a real Chromium, and a real feed reader. Where apt-get may be used they are installed by
# themselves.
set -eu
has() {
    for name in "$@"; do
        if command -v "$name" >/dev/null 2>&1; then return 0; fi
    done
    return 1
}
missing=""
has chromium chromium-browser google-chrome || missing="chromium fonts-noto-core fonts-noto-cjk"
has newsboat || missing="$missing newsboat"
if [ -z "$missing" ]; then exit 0; fi
sudo=""
if [ "$(id -u)" != 0 ]; then sudo="sudo -n"; fi
if command -v apt-get >/dev/null 2>&1 && $sudo true 2>/dev/null; then
    echo "Installing for the tests: $missing …"
    export DEBIAN_FRONTEND=noninteractive
    $sudo apt-get update -qq
    # shellcheck disable=SC2086
    $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
    exit 0
fi
echo "The tests need $missing, and apt-get cannot be used here. Install that, then run again." >&2
exit 1
