from typing import Any

from channels.generic.websocket import AsyncJsonWebsocketConsumer

from chat.models import Message


class Chat(AsyncJsonWebsocketConsumer):
    async def connect(self) -> None:
        self.room = self.scope["url_route"]["kwargs"]["room"]
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.accept()
        await self.send_json({"ready": True})

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.room, self.channel_name)

    async def receive_json(self, said: dict[str, str]) -> None:
        stored = await Message.objects.acreate(room=self.room, key=said["key"], body=said["body"])
        shown = {
            "id": stored.id,
            "room": self.room,
            "key": stored.key,
            "body": stored.body,
            "at": stored.at.isoformat(),
        }
        await self.channel_layer.group_send(self.room, {"type": "chat.message", "message": shown})

    async def chat_message(self, event: dict[str, Any]) -> None:
        await self.send_json(event["message"])
