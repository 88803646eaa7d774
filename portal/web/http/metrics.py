"""Figures for Prometheus, of this process. Labels are routes, parties, names of commands: never an id, a name or a token."""

from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from portal.database.database import Database
from portal.reading.operator.health import OutboxHealth
from realtime.hub.hub import Hub

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_registry = CollectorRegistry()
# CPU, memory and open files of this process; on Linux.
ProcessCollector(registry=_registry)
_answers = Counter(
    "parley_answers",
    "HTTP answers by method, route and status",
    ["method", "route", "status"],
    registry=_registry,
)
_seconds = Histogram(
    "parley_answer_seconds",
    "Time to answer an HTTP request, by route",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
    registry=_registry,
)


# What buyers do among themselves is counted with what they do on the proposal and leave no trace of there either: these
# figures are the seller's, who must not see in them that the buyers confer.
_AMONG_BUYERS = ("/deals/{deal_id}/room", "/deals/{deal_id}/scenarios")
_ALIKE = {"GET": "/deals/{deal_id}", "POST": "/deals/{deal_id}/lines/{line}/preview"}


def answered(scope: Mapping[str, Any], status: int, seconds: float) -> None:
    """Count one answer. Who asks for an address that is none chooses no label: its route is "none"."""
    method, route = scope["method"], scope.get("path_template") or "none"
    if route.startswith(_AMONG_BUYERS):
        route, status = _ALIKE.get(method, "none"), 200
    _answers.labels(method if method in _METHODS else "other", route, status).inc()
    _seconds.labels(route).observe(seconds)


class _Now(Collector):
    """What is read when it is asked for. Without `outbox` the database did not answer."""

    def __init__(self, hub: Hub, database: Database, outbox: OutboxHealth | None) -> None:
        self.hub, self.database, self.outbox = hub, database, outbox

    def collect(self) -> Iterable[Metric]:
        yield from self._live()
        commands = CounterMetricFamily(
            "parley_commands", "Commands by name and result", labels=["command", "result"]
        )
        for names, count in sorted(self.database.command_metrics.counts().items()):
            commands.add_metric(names, count)
        yield commands
        yield _gauge(
            "commands_waiting", "Commands that no writer has taken up yet", self.database.queue_length
        )
        yield _gauge("database_up", "1 when the outbox could be read just now", self.outbox is not None)
        if self.outbox is not None:
            yield from _outbox(self.outbox)

    def _live(self) -> Iterable[Metric]:
        sockets = GaugeMetricFamily("parley_sockets", "Open sockets", labels=["of"])
        for party, count in self.hub.open_sockets().items():
            sockets.add_metric([party], count)
        yield sockets
        delay = self.hub.delay
        yield HistogramMetricFamily(
            "parley_commit_to_screen_seconds",
            "From an event's commit to the frame of it on a socket, per event and socket",
            buckets=delay.buckets(),
            sum_value=delay.total,
        )
        yield _gauge(
            "doorbell_connected", "1 when other processes can be rung", self.hub.doorbell_status.connected
        )
        polled = self.hub.polled_at
        if polled is not None:
            yield _gauge("polled_timestamp_seconds", "When the poll last succeeded", polled.timestamp())


def _outbox(outbox: OutboxHealth) -> Iterable[Metric]:
    yield _gauge("outbox_waiting", "Deliveries that wait", outbox.waiting)
    yield _gauge("outbox_failed", "Deliveries given up", outbox.failed)
    oldest = outbox.oldest.total_seconds()
    yield _gauge("outbox_oldest_seconds", "How long the oldest delivery has been due", oldest)


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"parley_{name}", about, value=value)


def text(hub: Hub, database: Database, outbox: OutboxHealth | None) -> bytes:
    """Everything in the text format 0.0.4."""
    now = CollectorRegistry()
    now.register(_Now(hub, database, outbox))
    return generate_latest(_registry) + generate_latest(now)
