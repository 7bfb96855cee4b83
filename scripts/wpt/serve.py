"""Runs WPT's own server, `wpt serve`, for scripts/wpt.exs --server.

    python3 scripts/wpt/serve.py ROOT [PORT]

ROOT is a checkout of Web Platform Tests with its tools. The server listens on loopback:
HTTP on PORT (8000) and PORT + 1, WebSocket on PORT + 2, by TLS HTTP on PORT + 3 and
PORT + 4, WebSocket on PORT + 5, HTTP/2 on PORT + 6. Its hosts are localhost and 127.0.0.1,
so that nothing has to stand in /etc/hosts. Its certificates are made by openssl, once, in
tmp/wpt/certs.
"""

import os
import signal
import sys


def main(root, port=8000):
    # A process in the background of a shell does not hear of SIGINT.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.path.join(os.path.abspath(root), "tools"))
    import localpaths  # noqa: F401, puts what the server needs on the path
    from serve import serve

    certificates = os.path.abspath("tmp/wpt/certs")
    os.makedirs(certificates, exist_ok=True)
    default = dict(
        serve.ConfigBuilder._default,
        browser_host="localhost",
        alternate_hosts={"alt": "web-platform.test"},
        check_subdomains=False,
        ports={
            "http": [port, port + 1],
            "ws": [port + 2],
            "https": [port + 3, port + 4],
            "wss": [port + 5],
            "h2": [port + 6],
        },
        ssl={
            "type": "openssl",
            "encrypt_after_connect": False,
            "openssl": {
                "openssl_binary": "openssl",
                "base_path": certificates,
                "password": "web-platform-tests",
                "force_regenerate": False,
                "duration": 30,
                "base_conf_path": None,
            },
        },
    )
    config = type("Config", (serve.ConfigBuilder,), {"_default": default})
    return serve.run(config_cls=config, h2=None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:3])))
