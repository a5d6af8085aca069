"""A client as the field report ends: reconnecting with backoff, pinging, with a circuit breaker, a
cache for reads and a pool of connections. What is wrong with that is left as it is."""

import asyncio
import json
import ssl

import websockets

from adapter import Answer, Failed, answer_of, serve
from paced_time import now

CONNECT_LIMIT = 10
ANSWER_LIMIT = 5
DELAY_FIRST, DELAY_MAX = 1, 60
PING_EVERY, PONG_LIMIT, HEALTHY_FOR = 30, 5, 60
FAILURES_MAX, OPEN_FOR = 5, 60
CACHE_FOR = 30
POOL_SIZE = 3


class Connection:
    def __init__(self, order):
        self.url = order["url"]
        self.token = order["token"]
        self.tls = ssl.create_default_context(cadata=order["ca"]) if "ca" in order else None
        self.ws = None
        self.delay = DELAY_FIRST
        self.last_ping = now()
        self.next_id = 0
        self.pinging = None

    async def ensure_connected(self):
        if self.ws is None or self.ws.closed:
            await self.connect()

    async def connect(self):
        while True:
            try:
                self.ws = await asyncio.wait_for(
                    websockets.connect(self.url, ssl=self.tls, max_size=None), CONNECT_LIMIT)
                await self.authenticate()
                self.delay = DELAY_FIRST
                self.last_ping = now()
                if self.pinging is None:
                    self.pinging = asyncio.ensure_future(self.keep_pinging())
                return
            except Exception:  # As in the report: whatever it is, it is tried again.
                await asyncio.sleep(self.delay)
                self.delay = min(self.delay * 2, DELAY_MAX)

    async def authenticate(self):
        await self.ws.recv()
        await self.ws.send(json.dumps({"type": "auth", "access_token": self.token}))
        if json.loads(await self.ws.recv())["type"] != "auth_ok":
            raise PermissionError("auth_invalid")

    async def ask_once(self, body):
        self.next_id += 1
        await self.ws.send(json.dumps({"id": self.next_id, **body}))
        return json.loads(await asyncio.wait_for(self.ws.recv(), ANSWER_LIMIT))

    async def send_command(self, body):
        await self.ensure_connected()
        try:
            return await self.ask_once(body)
        except (websockets.ConnectionClosed, asyncio.TimeoutError):
            self.ws = None
            await self.ensure_connected()
            return await self.ask_once(body)

    async def keep_pinging(self):
        while True:
            await asyncio.sleep(PING_EVERY)
            if self.ws is None or self.ws.closed:
                continue
            try:
                pong = await asyncio.wait_for(self.ws.ping(), PONG_LIMIT)
                await pong
                self.last_ping = now()
            except Exception:
                self.ws = None

    def is_healthy(self):
        return self.ws is not None and not self.ws.closed and now() - self.last_ping < HEALTHY_FOR


class Breaker:
    def __init__(self):
        self.failures = 0
        self.failed_at = 0
        self.open = False

    def is_open(self):
        if self.open and now() - self.failed_at >= OPEN_FOR:
            self.open = False  # Half open: all are let through.
        return self.open

    def succeeded(self):
        self.failures = 0
        self.open = False

    def failed(self):
        self.failures += 1
        self.failed_at = now()
        self.open = self.failures >= FAILURES_MAX


class Fixed:
    def __init__(self, order):
        self.order = order
        self.pool = []
        self.lock = asyncio.Lock()
        self.breaker = Breaker()
        self.cache = {}

    async def begin(self):
        pass  # It connects when it is needed.

    async def take(self):
        async with self.lock:
            self.pool = [each for each in self.pool if each.is_healthy()]
            if len(self.pool) < POOL_SIZE:
                made = Connection(self.order)
                await made.connect()
                self.pool.append(made)
            return self.pool.pop(0)

    async def give_back(self, connection):
        async with self.lock:
            if connection.is_healthy():
                self.pool.append(connection)

    def cached(self, key):
        kept = self.cache.get(key)
        if kept is None or now() - kept[0] > CACHE_FOR:
            return None
        return Answer(kept[1], age=now() - kept[0])

    async def command(self, body):
        key = body["type"] if body["type"] != "call_service" else None
        if self.breaker.is_open():
            if (old := self.cached(key)) is not None:
                return old
            raise Failed("other", "breaker_open")
        connection = await self.take()
        try:
            message = await connection.send_command(body)
            self.breaker.succeeded()
        except Exception as error:
            self.breaker.failed()
            if (old := self.cached(key)) is not None:
                return old
            kind = "timeout" if isinstance(error, asyncio.TimeoutError) else "connection"
            raise Failed(kind, type(error).__name__) from None
        finally:
            await self.give_back(connection)
        answer = answer_of(message)
        if key is not None:
            self.cache[key] = (now(), answer.answer)
        return answer


if __name__ == "__main__":
    serve("websockets-fixed", websockets.__version__ if hasattr(websockets, "__version__") else "", Fixed)
