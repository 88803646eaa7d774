"""What load balancers and operators see."""

from __future__ import annotations

import httpx

from portal.storage.session import Store
from tests.server import PortalServer, StartPortal
from tests.services.redis import RedisServer
from tests.web.conftest import Site


def test_alive_and_ready_with_details_for_this_machine(portal_server: PortalServer) -> None:
    assert httpx.get(f"{portal_server.url}/healthz").text == "alive"
    ready = httpx.get(f"{portal_server.url}/readyz")
    assert ready.status_code == 200
    document = ready.json()
    assert document["ready"] is True
    assert document["database"] == "ok"
    assert document["schema"] == "current"
    assert document["doorbell"] == "ok"
    assert document["outbox"]["waiting"] > 0


def test_metrics_count_answers_sockets_and_the_outbox(portal_server: PortalServer) -> None:
    httpx.get(f"{portal_server.url}/no/such/page")
    figures = httpx.get(f"{portal_server.url}/metrics").text
    assert 'parley_answers_total{method="GET",route="none",status="404"}' in figures
    assert 'parley_sockets{of="buyer"} 0.0' in figures
    assert "parley_outbox_waiting" in figures


def test_who_comes_through_a_proxy_learns_no_details(portal_server: PortalServer, site: Site) -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    assert httpx.get(f"{portal_server.url}/readyz", headers=forwarded).json() == {"ready": True}
    for path in ("/metrics", "/dev/mailbox", "/dev/mailbox.json"):
        assert httpx.get(f"{portal_server.url}{path}", headers=forwarded).status_code == 404
    # The in-process client has no address at all.
    assert site.request("GET", "/readyz").json() == {"ready": True}
    assert site.request("GET", "/metrics").status_code == 404


def test_a_schema_that_went_behind_is_not_ready(start_portal: StartPortal) -> None:
    server = start_portal()
    store = Store(server.settings.database_url)
    with store.writer.connect() as connection, connection.begin():
        connection.exec_driver_sql("DELETE FROM alembic_version")
    store.close()
    ready = httpx.get(f"{server.url}/readyz")
    assert ready.status_code == 503
    assert ready.json()["ready"] is False
    assert "portal migrate" in ready.json()["schema"]
    assert httpx.get(f"{server.url}/healthz").status_code == 200


def test_a_lost_doorbell_is_noticed_and_stops_nothing(
    start_portal: StartPortal, own_redis: RedisServer
) -> None:
    server = start_portal(redis_url=own_redis.url)
    server.process.wait_until(lambda: doorbell(server) == "ok")
    own_redis.stop()
    server.process.wait_until(lambda: "late" in doorbell(server))
    assert httpx.get(f"{server.url}/readyz").status_code == 200


def doorbell(server: PortalServer) -> str:
    return str(httpx.get(f"{server.url}/readyz").json()["doorbell"])
