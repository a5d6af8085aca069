"""A client as the field report begins: one connection, made once; the next message is the answer."""

import asyncio
import json
import ssl

import websockets

from adapter import Failed, answer_of, serve

CONNECT_LIMIT = 10


class Naive:
    def __init__(self, order):
        self.url = order["url"]
        self.token = order["token"]
        self.tls = ssl.create_default_context(cadata=order["ca"]) if "ca" in order else None
        self.ws = None
        self.next_id = 0

    async def connect(self):
        self.ws = await websockets.connect(self.url, ssl=self.tls, max_size=None)
        await self.ws.recv()
        await self.ws.send(json.dumps({"type": "auth", "access_token": self.token}))
        await self.ws.recv()

    async def begin(self):
        try:
            await asyncio.wait_for(self.connect(), CONNECT_LIMIT)
        except (OSError, asyncio.TimeoutError, websockets.WebSocketException):
            pass  # Commands will fail.

    async def command(self, body):
        if self.ws is None:
            raise Failed("connection", "not connected")
        self.next_id += 1
        try:
            await self.ws.send(json.dumps({"id": self.next_id, **body}))
            return answer_of(json.loads(await self.ws.recv()))
        except websockets.ConnectionClosed:
            raise Failed("connection", "closed") from None


if __name__ == "__main__":
    serve("websockets-naive", websockets.__version__ if hasattr(websockets, "__version__") else "", Naive)
