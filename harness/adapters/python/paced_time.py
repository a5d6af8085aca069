"""Time for a client that has to live faster than the wall, and to be moved on at once.

An event loop of asyncio whose clock is that of the run: whatever waits by it (sleep, wait_for,
call_later, the timeouts of libraries) needs no change.
"""

import asyncio
import heapq
import selectors
import time


# A client that is still busy after so many turns of the loop never waits for anything.
TURNS_MAX = 1000


class _Selector(selectors.DefaultSelector):
    scale = 1.0
    found = False  # Whether the last look met anything.

    def select(self, timeout=None):
        events = super().select(timeout / self.scale if timeout else timeout)
        self.found = bool(events)
        return events


class PacedLoop(asyncio.SelectorEventLoop):
    """time() is in seconds of the run."""

    def __init__(self):
        self._paced = _Selector()
        self._origin = time.monotonic()  # Of the wall, when the run's time was `base`.
        self._base = 0.0
        self._timers = []
        self._made = 0
        self._working = 0  # Calls on other threads.
        super().__init__(self._paced)

    def time(self):
        return self._base + (time.monotonic() - self._origin) * self._paced.scale

    def set_scale(self, factor):
        """From here on time passes so many times as fast."""
        self._base = self.time()
        self._origin = time.monotonic()
        self._paced.scale = factor

    def jump(self, seconds):
        """Moves the run's time on, at once."""
        self._base += seconds

    def until_next(self):
        """Seconds until the next timer; None: there is none."""
        while self._timers and (self._timers[0][2].cancelled() or self._timers[0][0] < self.time() - 1):
            heapq.heappop(self._timers)  # Cancelled, or fired.
        return max(0.0, self._timers[0][0] - self.time()) if self._timers else None

    def run_in_executor(self, executor, func, *args):
        future = super().run_in_executor(executor, func, *args)
        self._working += 1
        future.add_done_callback(self._worked)
        return future

    def _worked(self, _):
        self._working -= 1

    async def settled(self):
        """Lets everything run that can; whether only timers and the network are left to wait for."""
        calm = 0
        for _ in range(TURNS_MAX):
            await asyncio.sleep(0)
            # Whoever else is to run stands in the queue, before or behind the caller.
            calm = 0 if self._ready or self._paced.found else calm + 1
            if calm == 3:
                return self._working == 0
        return False

    def call_at(self, when, callback, *args, context=None):
        made = [None]

        def fire():
            if made[0] in self._timers:
                self._timers.remove(made[0])
                heapq.heapify(self._timers)
            callback(*args)

        handle = super().call_at(when, fire, context=context)
        self._made += 1
        made[0] = (when, self._made, handle)
        heapq.heappush(self._timers, made[0])
        return handle


def now():
    """Seconds of the run: instead of time.time() and time.monotonic()."""
    return asyncio.get_running_loop().time()
