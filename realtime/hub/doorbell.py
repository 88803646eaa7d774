"""The doorbell: after a commit it says which deals have changed, and nothing else. A ring may be lost; the hub polls.

`MemoryDoorbell` rings inside one process, and hands over the committed events, so that nobody reads them back from the
database. `RedisDoorbell` also rings every other process. The hub is given one of the two:

    hub = Hub(doorbell_for(settings.redis_url))
"""

from realtime.hub.memory_doorbell import MemoryDoorbell
from realtime.hub.redis_doorbell import RedisDoorbell

Doorbell = MemoryDoorbell


def doorbell_for(redis_url: str | None) -> Doorbell:
    """Return the doorbell of an installation: through Redis when it has one."""
    return RedisDoorbell(redis_url) if redis_url else MemoryDoorbell()
