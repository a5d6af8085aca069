"""A plain and careful client on aiohttp: one connection that is always wanted, answers by their id,
limits on everything, and no command sent twice."""

import asyncio
import json
import random
import ssl

import aiohttp

from adapter import Answer, Failed, serve

CONNECT_LIMIT = 10
ANSWER_LIMIT = 10
HEARTBEAT = 30
DELAY_FIRST, DELAY_MAX = 1, 30


class Careful:
    def __init__(self, order):
        self.url = order["url"]
        self.token = order["token"]
        self.tls = ssl.create_default_context(cadata=order["ca"]) if "ca" in order else None
        self.ws = None
        self.waiting = {}
        self.next_id = 0
        self.ready = asyncio.Event()
        self.refused = False
        self.keeping = None
        self.dice = random.Random(1)

    async def begin(self):
        self.keeping = asyncio.ensure_future(self.keep_connected())
        try:
            await asyncio.wait_for(self.ready.wait(), CONNECT_LIMIT)
        except asyncio.TimeoutError:
            pass

    async def keep_connected(self):
        delay = DELAY_FIRST
        async with aiohttp.ClientSession() as session:
            while not self.refused:
                try:
                    await asyncio.wait_for(self.connect(session), CONNECT_LIMIT)
                    delay = DELAY_FIRST
                    self.ready.set()
                    await self.listen()
                except (OSError, aiohttp.ClientError, asyncio.TimeoutError, ValueError, TypeError):
                    pass
                finally:
                    self.forget()
                await asyncio.sleep(self.dice.uniform(0, delay))
                delay = min(delay * 2, DELAY_MAX)

    async def connect(self, session):
        self.ws = await session.ws_connect(self.url, ssl=self.tls, heartbeat=HEARTBEAT, max_msg_size=0)
        await self.ws.receive_json()
        await self.ws.send_json({"type": "auth", "access_token": self.token})
        said = await self.ws.receive_json()
        if said["type"] == "auth_invalid":
            self.refused = True
        if said["type"] != "auth_ok":
            raise ValueError("not let in")

    async def listen(self):
        async for frame in self.ws:
            if frame.type != aiohttp.WSMsgType.TEXT:
                return
            messages = json.loads(frame.data)
            for message in messages if isinstance(messages, list) else [messages]:
                waiting = self.waiting.pop(message.get("id"), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(message)

    def forget(self):
        self.ready.clear()
        ws, self.ws = self.ws, None
        if ws is not None:
            asyncio.ensure_future(ws.close())
        waiting, self.waiting = self.waiting, {}
        for each in waiting.values():
            if not each.done():
                each.set_exception(Failed("connection", "closed"))

    async def command(self, body):
        if self.refused:
            raise Failed("other", "auth")
        try:
            await asyncio.wait_for(self.ready.wait(), ANSWER_LIMIT)
        except asyncio.TimeoutError:
            raise Failed("connection", "not connected") from None
        self.next_id += 1
        number = self.next_id
        answer = asyncio.get_running_loop().create_future()
        self.waiting[number] = answer
        try:
            await self.ws.send_json({"id": number, **body})
            message = await asyncio.wait_for(answer, ANSWER_LIMIT)
        except asyncio.TimeoutError:
            raise Failed("timeout", "answer limit") from None
        except (OSError, AttributeError):
            raise Failed("connection", "closed") from None
        finally:
            self.waiting.pop(number, None)
        if not message.get("success", False):
            raise Failed("other", (message.get("error") or {}).get("code", "unknown_error"))
        return Answer(message.get("result"), number)


if __name__ == "__main__":
    serve("aiohttp", aiohttp.__version__, Careful)
