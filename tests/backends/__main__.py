"""`python -m tests.backends`: serve the backend on loopback, healthy or with one defect."""

import argparse
import logging

from werkzeug.serving import make_server

from tests.backends.defects import DEFECTS
from tests.backends.flask_backend import create_app


def main() -> None:
    """Serve until interrupted. The first line that is printed ends with the URL."""
    parser = argparse.ArgumentParser(prog="python -m tests.backends", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--defect", choices=DEFECTS, help="the mistake to make; none when absent")
    parser.add_argument("--pace", type=float, default=0.1, help="how long a stage of a job lasts, in seconds")
    options = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # no line per request
    app = create_app(defect=options.defect, pace=options.pace)
    server = make_server("127.0.0.1", options.port, app, threaded=True)
    print(f"serving the Flask backend at http://127.0.0.1:{server.server_port}", flush=True)  # noqa: T201
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        app.extensions["worker"].stop()


if __name__ == "__main__":
    main()
