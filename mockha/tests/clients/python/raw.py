"""A WebSocket client of few lines, for what a good library hides: frames, bytes, ends of TCP."""

import asyncio
import json
import os
import struct
import urllib.parse

from mockha import PATIENCE

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class RawClient:
    """Reads frame by frame. Every wait has a limit; what TCP says comes as its exception."""

    @classmethod
    async def connect(cls, url):
        at = urllib.parse.urlsplit(url)
        self = cls()
        self.host, self.path = at.netloc, at.path
        self.reader, self.writer = await asyncio.open_connection(at.hostname, at.port)
        self.last_id = 0
        return self

    async def close(self):
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except ConnectionError:
            pass  # What it was about.

    async def _limited(self, what):
        return await asyncio.wait_for(what, PATIENCE)

    async def request(self, *headers):
        self.writer.write("\r\n".join([
            f"GET {self.path} HTTP/1.1", f"Host: {self.host}", "Upgrade: websocket",
            "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", *headers, "", ""]).encode())
        await self.writer.drain()

    async def upgrade(self, *headers):
        """The answer's status line and headers."""
        await self.request(*headers)
        head = await self._limited(self.reader.readuntil(b"\r\n\r\n"))
        return head.decode().splitlines()

    async def read(self, size):
        """What one read gives; empty where the peer has said that it is done."""
        return await self._limited(self.reader.read(size))

    async def frame(self):
        """(final, opcode, payload)"""
        first, second = await self._limited(self.reader.readexactly(2))
        size = second & 0x7F
        if size == 126:
            size, = struct.unpack(">H", await self._limited(self.reader.readexactly(2)))
        elif size == 127:
            size, = struct.unpack(">Q", await self._limited(self.reader.readexactly(8)))
        payload = await self._limited(self.reader.readexactly(size))
        return bool(first & 0x80), first & 0x0F, payload

    async def message(self):
        """The next text message, and in how many frames it came."""
        parts = []
        while True:
            final, opcode, payload = await self.frame()
            assert opcode in (TEXT, 0), (opcode, payload)
            parts.append(payload)
            if final:
                return json.loads(b"".join(parts)), len(parts)

    async def send(self, payload, opcode=TEXT):
        if not isinstance(payload, bytes):
            payload = json.dumps(payload).encode()
        assert len(payload) < 65_536
        size = struct.pack(">B", 0x80 | len(payload)) if len(payload) < 126 else \
            struct.pack(">BH", 0xFE, len(payload))
        mask = os.urandom(4)
        masked = bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
        self.writer.write(bytes([0x80 | opcode]) + size + mask + masked)
        await self.writer.drain()

    async def login(self, token):
        await self.upgrade()
        greeting, _ = await self.message()
        assert greeting["type"] == "auth_required"
        await self.send({"type": "auth", "access_token": token})
        answer, _ = await self.message()
        assert answer["type"] == "auth_ok", answer
        return self

    async def command(self, kind, **fields):
        """Sends it and does not wait; its id."""
        self.last_id += 1
        await self.send({"id": self.last_id, "type": kind, **fields})
        return self.last_id

    async def answer(self):
        message, _ = await self.message()
        return message

    async def silent(self, seconds=0.3):
        """Nothing comes. (It cannot be waited for; who is slow passes.)"""
        try:
            got = await asyncio.wait_for(self.reader.read(1), seconds)
        except asyncio.TimeoutError:
            return True
        raise AssertionError(f"came: {got!r}")
