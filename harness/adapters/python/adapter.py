"""What every adapter in Python needs: the protocol of harness/README.md ("Anybody's client"), with a
client's time in hand."""

import asyncio
import json
import sys

from paced_time import PacedLoop

# Of a line that it is told.
LINE_MAX = 4 << 20


class Failed(Exception):
    """To be raised by a command: how it ended for its user."""

    def __init__(self, outcome, detail):
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail


class Answer:
    """What a command came to. `age`, in seconds, if it is an old one from a cache."""

    def __init__(self, answer, message_id=None, age=None):
        self.answer = answer
        self.message_id = message_id
        self.age = age


def answer_of(message):
    """Of a message that was taken as the answer: what it says."""
    if message.get("type") == "result" and not message.get("success", False):
        raise Failed("other", (message.get("error") or {}).get("code", "unknown_error"))
    return Answer(message.get("result"), message.get("id"))


def say(**line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _evidence(answer):
    """Enough to know it by."""
    if isinstance(answer, list):
        return {"states": len(answer)}
    if isinstance(answer, dict):
        return {key: answer[key] for key in ("context", "version") if key in answer}
    return answer


class _Conversation:
    def __init__(self, make_client):
        self.make_client = make_client
        self.client = None
        self.begun = asyncio.Event()
        self.tasks = set()

    def spawn(self, work):
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def start(self, order):
        asyncio.get_running_loop().set_scale(order["time_scale"])
        self.client = self.make_client(order)
        await self.client.begin()
        self.begun.set()
        say(op="up")

    async def command(self, order):
        await self.begun.wait()
        try:
            got = await self.client.command(order["body"])
            line = {"outcome": "fresh" if got.age is None else "stale", "message_id": got.message_id,
                    "age_ms": None if got.age is None else got.age * 1000,
                    "answer": _evidence(got.answer)}
        except Failed as error:
            line = {"outcome": error.outcome, "detail": error.detail}
        except Exception as error:  # Of the client: its user sees that it failed, and nothing else.
            line = {"outcome": "other", "detail": f"{type(error).__name__}: {error}"}
        say(op="outcome", id=order["id"], **line)

    async def ask(self, _):
        loop = asyncio.get_running_loop()
        settled = await loop.settled()
        left = loop.until_next()
        say(op="quiet", quiet=settled and left != 0, next_ms=None if left is None else left * 1000)


async def _converse(make_client):
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=LINE_MAX)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    talk = _Conversation(make_client)
    while line := await lines.readline():
        order = json.loads(line)
        op = order["op"]
        if op == "jump":
            loop.jump(order["by_ms"] / 1000)
        elif op == "mirror":
            say(op="mirror", entities=None)
        elif op == "stop":
            say(op="bye")
            break
        elif op in ("start", "command", "ask"):
            talk.spawn(getattr(talk, op)(order))


def serve(name, version, make_client):
    """Speaks for a client until it is told to stop.

    `make_client(order)` gives an object with two coroutine functions: `begin()`, and `command(body)`,
    which gives an `Answer` or raises `Failed`.
    """
    say(op="hello", protocol=1, name=name, version=version, time="skipping", can=[])
    loop = PacedLoop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(_converse(make_client))
    sys.stdout.flush()
    # Whatever the client still does ends with it.
    sys.stderr.flush()
    import os
    os._exit(0)
