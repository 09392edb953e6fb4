#!/bin/sh
# deploy/nginx.conf is tested with Debian's own nginx. Where apt-get is, it is unpacked into a folder
# ($1): nothing is installed, no service starts. Elsewhere one that is installed will do.
set -eu
into="$1"
if [ -x "$into/usr/sbin/nginx" ]; then exit 0; fi
packages="nginx libnginx-mod-http-brotli-static"
download() { (cd "$new" && apt-get download -qq $packages >/dev/null 2>&1); }
if command -v apt-get >/dev/null 2>&1 && command -v dpkg >/dev/null 2>&1; then
    echo "Unpacking nginx for the tests …"
    new="$into.new"
    rm -rf "$new"
    mkdir -p "$new"
    if ! download; then
        sudo=""
        if [ "$(id -u)" != 0 ]; then sudo="sudo -n"; fi
        $sudo apt-get update -qq || true
        download || true
    fi
    for package in "$new"/*.deb; do
        if [ -f "$package" ]; then dpkg -x "$package" "$new"; fi
    done
    if "$new/usr/sbin/nginx" -v 2>/dev/null; then
        rm -f "$new"/*.deb
        mv "$new" "$into"
        exit 0
    fi
fi
if command -v nginx >/dev/null 2>&1; then exit 0; fi
echo "The tests of deploy/nginx.conf need nginx with its Brotli module. Install both, then run again." >&2
exit 1
