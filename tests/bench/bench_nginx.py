"""The exported tree on nginx as the ceiling, beside the service's own 304 and 200 and those
through nginx as a proxy.

Run ``python tests/bench/bench_nginx.py``; ``--quick`` takes fewer rounds. One process of each, and
the load client in this one, take turns within one run; medians and their ratios are printed. It
needs the nginx that ``make nginx`` unpacks.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from contextlib import AsyncExitStack
from email.utils import parsedate_to_datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.bench_feeds import PATH, ask, load, request_for, server


async def export(port: int, tree: Path) -> None:
    """The very document that the service has at ``PATH``, as files."""
    import aiohttp

    from feeds.caching import represent
    from feeds.tree import Tree

    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{port}{PATH}") as answer,
    ):
        moment = parsedate_to_datetime(answer.headers["Last-Modified"])
        Tree(tree).put(PATH, represent(await answer.read(), moment))


async def compare(rounds: int, seconds: float) -> dict[str, list[float]]:
    """Answers per second of every kind, one figure a round."""
    from tests.nginx.server import nginx

    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        app = await stack.enter_async_context(server("feeds"))
        await export(app, folder / "tree")
        served = await stack.enter_async_context(nginx(folder / "files", app, folder / "tree"))
        passed = await stack.enter_async_context(nginx(folder / "proxy", app))
        ports = {
            "service": app,
            "nginx, files": int(served.rpartition(":")[2]),
            "nginx, proxy": int(passed.rpartition(":")[2]),
        }
        cases = {}
        for name, port in ports.items():
            packed = request_for(PATH, Accept_Encoding="br")
            etag = (await ask(port, packed)).etag
            unchanged = request_for(PATH, Accept_Encoding="br", If_None_Match=etag)
            cases |= {f"{name}: 304": (port, unchanged, 304), f"{name}: 200": (port, packed, 200)}
        figures: dict[str, list[float]] = {name: [] for name in cases}
        for _ in range(rounds):
            for name, (port, request, status) in cases.items():
                answer = await ask(port, request)
                assert answer.status == status, (name, answer)
                figures[name].append(await load(port, request, answer.size, seconds))
        return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=0.25, help="per figure")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    import uvloop

    figures = uvloop.run(compare(3 if options.quick else options.rounds, options.seconds))
    for name, rates in figures.items():
        own = figures[f"service: {name[-3:]}"]
        ratios = [rate / base for rate, base in zip(rates, own, strict=True)]
        print(  # noqa: T201
            f"{name:<18}{statistics.median(rates):>8.0f} /s"
            f"  ×{statistics.median(ratios):.2f} of the service's"
        )


if __name__ == "__main__":
    main()
