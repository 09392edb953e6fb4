"""A WebSub hub and a subscriber, both of Flask-WebSub, in a process of their own.

``python websub_hub.py PORT FOLDER`` – what they know is kept in the folder. ``POST /subscribe``
with ``url=…`` finds the hub of what is there and subscribes; ``GET /delivered`` tells, as JSON,
what came since the start, as a list of topic and text.
"""

from __future__ import annotations

import sys
from pathlib import Path

from celery import Celery
from flask import Flask, jsonify, request
from flask_websub.hub import Hub, SQLite3HubStorage
from flask_websub.subscriber import (
    SQLite3SubscriberStorage,
    SQLite3TempSubscriberStorage,
    Subscriber,
    discover,
)
from werkzeug.serving import make_server


def main(port: int, folder: Path) -> None:
    app = Flask(__name__)
    app.config.update(PUBLISH_SUPPORTED=True, SERVER_NAME=f"127.0.0.1:{port}")
    celery = Celery()
    celery.conf.task_always_eager = True  # what others do in a worker is done before the answer
    hub = Hub(SQLite3HubStorage(str(folder / "hub.db")), celery, **app.config)
    app.register_blueprint(hub.build_blueprint("/hub"))
    subscriber = Subscriber(
        SQLite3SubscriberStorage(str(folder / "subscriptions.db")),
        SQLite3TempSubscriberStorage(str(folder / "asked.db")),
    )
    app.register_blueprint(subscriber.build_blueprint("/callbacks"))
    delivered: list[tuple[str, str]] = []
    subscriber.add_listener(lambda topic, _, body: delivered.append((topic, body.decode())))

    @app.post("/subscribe")
    def subscribe():
        found = discover(request.form["url"])
        subscriber.subscribe(**found)
        return jsonify(found)

    @app.get("/delivered")
    def tell():
        return jsonify(delivered)

    make_server("127.0.0.1", port, app, threaded=True).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
