"""Figures for Prometheus, of this process: answers by status, open sockets, the doorbell and the outbox."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from portal.reading.health import OutboxHealth
from realtime.hub import Hub

_registry = CollectorRegistry()
answers = Counter("parley_answers", "HTTP answers by status", ["status"], registry=_registry)
seconds = Histogram(
    "parley_answer_seconds",
    "Time to answer an HTTP request",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
    registry=_registry,
)


class _Now(Collector):
    """What is read when it is asked for."""

    def __init__(self, hub: Hub, outbox: OutboxHealth) -> None:
        self.hub, self.outbox = hub, outbox

    def collect(self) -> Iterable[Metric]:
        sockets = GaugeMetricFamily("parley_sockets", "Open sockets", labels=["of"])
        for party, count in self.hub.open_sockets().items():
            sockets.add_metric([party], count)
        yield sockets
        yield GaugeMetricFamily(
            "parley_doorbell_connected", "1 when other processes can be rung", value=self.hub.line.connected
        )
        yield GaugeMetricFamily("parley_outbox_waiting", "Deliveries that wait", value=self.outbox.waiting)
        yield GaugeMetricFamily("parley_outbox_failed", "Deliveries given up", value=self.outbox.failed)
        yield GaugeMetricFamily(
            "parley_outbox_oldest_seconds",
            "How long the oldest delivery has been due",
            value=self.outbox.oldest.total_seconds(),
        )


def text(hub: Hub, outbox: OutboxHealth) -> bytes:
    """Everything in the text format 0.0.4."""
    now = CollectorRegistry()
    now.register(_Now(hub, outbox))
    return generate_latest(_registry) + generate_latest(now)
