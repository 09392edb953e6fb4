"""A real nginx on loopback with deploy/nginx.conf, its names and addresses put in."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.service.house import free_port

DEPLOY = Path(__file__).parents[2] / "deploy"
UNPACKED = Path(sys.prefix) / "nginx"
MODULES = (UNPACKED / "usr/lib/nginx/modules", Path("/usr/lib/nginx/modules"))
BROTLI = "ngx_http_brotli_static_module.so"

MAIN = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
{modules}
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/polyherald.conf;
}}
"""


def program() -> str:
    """The nginx that tests/nginx/install.sh unpacked, or one that is installed."""
    own = UNPACKED / "usr/sbin/nginx"
    found = str(own) if own.exists() else shutil.which("nginx")
    assert found, "there is no nginx: run `make nginx` first"
    return found


def _put_in(written: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in written, old
        written = written.replace(old, new)
    return written


def configure(folder: Path, port: int, app: int, tree: Path | None, hubs: bool) -> Path:
    """The configuration for ``app``'s port, and with the feeds of ``tree`` if there is one."""
    changes = {
        "127.0.0.1:8080": f"127.0.0.1:{app}",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen [::]:80;": "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port};",
        "listen [::]:443 ssl http2;": "",
        "    ssl_certificate ": "    # ",
        "    ssl_certificate_key ": "    # ",
    }
    if tree is not None:
        changes["#   include /etc/nginx/polyherald-feeds.conf"] = f"include {folder}/feeds.conf"
        feeds = (DEPLOY / "nginx-feeds.conf").read_text("utf-8")
        (folder / "feeds.conf").write_text(_put_in(feeds, {"/srv/polyherald": str(tree)}))
    if hubs:
        changes['    default     "";\n#   default'] = "    default"
    site = _put_in((DEPLOY / "nginx.conf").read_text("utf-8"), changes)
    (folder / "polyherald.conf").write_text(site)
    module = next((m / BROTLI for m in MODULES if (m / BROTLI).exists()), None)
    assert module, "there is no Brotli module for nginx: run `make nginx` first"
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder, modules=f"load_module {module};"))
    return main


@asynccontextmanager
async def nginx(
    folder: Path, app: int, tree: Path | None = None, *, hubs: bool = False
) -> AsyncIterator[str]:
    """The address of an nginx before the service on port ``app``; ended with the block."""
    folder.mkdir()
    port = free_port()
    main = configure(folder, port, app, tree, hubs)
    process = await asyncio.create_subprocess_exec(
        program(), "-p", folder, "-c", main, "-e", "stderr", stderr=asyncio.subprocess.PIPE
    )
    try:
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                assert process.returncode is None, await _said(process)
                await asyncio.sleep(0.02)
            else:
                writer.close()
                break
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _said(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    return (await process.stderr.read()).decode()
