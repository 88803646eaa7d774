"""Start nginx or Caddy with the sample of this folder. Only ports, names, certificates and paths are replaced."""

from __future__ import annotations

import re
from pathlib import Path

from tests.server import PortalServer
from tests.services.process import Process

DEPLOY = Path(__file__).resolve().parent


def start_nginx(folder: Path, port: int, servers: list[PortalServer]) -> Process:
    site = (DEPLOY / "nginx.conf").read_text()
    site = re.sub(r"listen 443 ssl http2;", f"listen 127.0.0.1:{port};", site)
    site = re.sub(r"\n\s*ssl_certificate(_key)? [^\n]*", "", site)
    site = site.replace("/var/log/nginx/parley.log", str(folder / "access.log"))
    for number, server in enumerate(servers, 1):
        site = site.replace(f"127.0.0.1:800{number}", f"127.0.0.1:{server.port}")
    temporary = "".join(
        f"{kind}_temp_path {folder / kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = f"daemon off;\npid {folder / 'nginx.pid'};\nerror_log {folder / 'error.log'};\nevents {{}}\n"
    (folder / "nginx.conf").write_text(f"{main}http {{\n{temporary}{site}\n}}\n")
    return Process("nginx", ["nginx", "-c", folder / "nginx.conf", "-p", folder], log=folder / "nginx.out")


def start_caddy(folder: Path, port: int, servers: list[PortalServer]) -> Process:
    site = (DEPLOY / "Caddyfile").read_text()
    site = site.replace("deals.example.com {", f"http://127.0.0.1:{port} {{")
    site = site.replace("/var/log/caddy/parley.log", str(folder / "access.log"))
    for number, server in enumerate(servers, 1):
        site = site.replace(f"127.0.0.1:800{number}", f"127.0.0.1:{server.port}")
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https off\n}\n" + site)
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command: list[str | Path] = ["caddy", "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]
    return Process("caddy", command, log=folder / "caddy.out", env=home)


PROXIES = {"nginx": start_nginx, "caddy": start_caddy}
