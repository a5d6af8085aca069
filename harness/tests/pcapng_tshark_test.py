"""pcapng reports as Wireshark reads them: what was said, whole and with right sums, and no token.

usage: pcapng_tshark_test.py HASSLE
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HASSLE = pathlib.Path(sys.argv.pop(1)).resolve()

SUMS = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]
WRONG = "tcp.checksum.status == 0 || ip.checksum.status == 0 || _ws.malformed"
# What TCP's own analysis finds where numbers or acknowledgements do not add up.
INCONSISTENT = (
    "tcp.analysis.ack_lost_segment || tcp.analysis.lost_segment || tcp.analysis.zero_window"
)
TOKEN = re.compile(r"mockha-access-token|eyJ[\w-]{8,}|[0-9a-f]{128}")


def run(command, cwd):
    end = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    return end.returncode, end.stdout, end.stderr


class Pcapng(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)

    def hassle(self, arguments):
        status, out, error = run([HASSLE, *arguments.split()], self.root)
        self.assertIn(status, (0, 1, 3), error)
        return out

    def capture(self, arguments):
        self.hassle(f"run {arguments} --report pcapng=run.pcapng")
        return "run.pcapng"

    def tshark(self, file, *arguments):
        status, out, error = run(["tshark", "-r", file, *SUMS, *arguments], self.root)
        self.assertEqual(status, 0, error)
        return out

    def lines(self, file, shown, *fields):
        asked = [part for field in fields for part in ("-e", field)]
        text = self.tshark(file, "-Y", shown, "-T", "fields", "-E", "occurrence=a", *asked)
        return [line.split("\t") for line in text.splitlines()]

    def assert_sound(self, file):
        self.assertEqual(self.tshark(file, "-Y", WRONG), "")
        self.assertEqual(self.tshark(file, "-Y", INCONSISTENT), "")

    def events(self, journal):
        with open(self.root / journal) as lines:
            return [event for event in map(json.loads, lines) if "e" in event]

    def test_the_upgrade_and_each_message_are_there(self):
        file = self.capture("ha-restart --client production --seeds 1 --journal j")
        self.assert_sound(file)
        events = self.events("j/ha-restart.production.1.jsonl")
        upgraded = [e for e in events if e["e"] == "attempt_stage" and e["x"] == "upgraded"]
        answers = self.lines(file, "http.response.code == 101", "tcp.stream")
        self.assertGreater(len(upgraded), 3)
        self.assertEqual(len(answers), len(upgraded))
        self.assertIn("101 Switching Protocols", self.tshark(file, "-Y", "http"))
        sent = collections.Counter()
        for e in events:
            if e["e"] == "command_sent":
                sent[e["v"]] += 1
        shown = "websocket.opcode == 1 && tcp.dstport == 8123"
        wire = collections.Counter()
        for texts, in self.lines(file, shown, "websocket.payload.text"):
            for number, kind in re.findall(r'"id":(\d+),"type":"(\w+)"', texts):
                if not re.match("(un)?subscribe", kind):  # The journal does not number those.
                    wire[int(number)] += 1
        self.assertGreater(sum(sent.values()), 50)
        self.assertEqual(wire, sent)

    def test_connections_open_and_close(self):
        file = self.capture("ha-restart --client production --seeds 1 --journal j")
        events = self.events("j/ha-restart.production.1.jsonl")
        count = lambda kind: sum(1 for e in events if e["e"] == kind)
        syns = self.lines(file, "tcp.flags.syn == 1 && tcp.flags.ack == 0", "tcp.srcport")
        accepted = self.lines(file, "tcp.flags.syn == 1 && tcp.flags.ack == 1", "tcp.stream")
        self.assertEqual(len(syns), count("dialed"))
        self.assertEqual(len({port for port, in syns}), len(syns))
        self.assertEqual(len(accepted), count("connected"))
        refused = count("dial_failed")
        self.assertGreater(refused, 0)
        self.assertEqual(len(self.lines(file, "tcp.flags.reset == 1", "tcp.stream")), refused)
        ended = {stream for stream, in self.lines(file, "tcp.flags.fin == 1", "tcp.stream")}
        self.assertEqual(ended, {stream for stream, in accepted})

    def test_no_message_holds_a_token(self):
        for client in ("naive", "production", "production-with-deflate"):
            file = self.capture(
                f"token-expired-on-reconnect token-revoked-kick canary --client {client} --seeds 1"
            )
            self.assert_sound(file)
            everything = self.tshark(file, "-V")
            self.assertNotRegex(everything, TOKEN)
            bytes_of = (self.root / file).read_bytes().decode("latin-1")
            self.assertNotRegex(bytes_of, TOKEN)
            if client == "production":
                self.assertRegex(everything, r'"access_token":"x{100,}"')
                self.assertRegex(everything, r"Value: x{128}\b")
                self.assertRegex(bytes_of, r"&refresh_token=x{128}&")

    def test_a_bad_network_is_seen(self):
        file = self.capture("slow-lossy-link half-open-no-fin ipv6-no-fallback --seeds 1")
        self.assert_sound(file)
        self.assertNotEqual(self.tshark(file, "-Y", "tcp.analysis.retransmission"), "")
        self.assertNotEqual(self.tshark(file, "-Y", "ipv6"), "")
        self.assertIn("fault: ", "\n".join(x for x, in self.lines(file, "frame.comment", "frame.comment")))

    def test_runs_are_interfaces_and_their_clients_hosts(self):
        file = self.capture("canary ha-restart --client naive,production --seeds 2")
        names = {name for name, in self.lines(file, "tcp", "frame.interface_name")}
        self.assertEqual(
            {name.rsplit(".", 1)[0] for name in names},
            {"canary.naive", "canary.production", "ha-restart.naive", "ha-restart.production"},
        )
        streams = {}
        for stream, name in self.lines(file, "tcp", "tcp.stream", "frame.interface_name"):
            self.assertEqual(streams.setdefault(stream, name), name)

    def test_tls_is_seen_as_such(self):
        (self.root / "tls.toml").write_text(
            'schema = 1\ntitle = "TLS"\nduration = "2m"\nclients = ["production"]\n'
            "[server]\ntls = true\n"
        )
        file = self.capture("./tls.toml --seeds 1")
        self.assert_sound(file)
        self.assertNotEqual(self.tshark(file, "-Y", "tls.handshake.type == 1"), "")
        self.assertEqual(self.tshark(file, "-Y", "http"), "")

    def test_it_begins_with_the_wall_clock_of_the_run(self):
        file = self.capture("canary --client naive --seeds 1")
        first = self.lines(file, "frame.number == 1", "frame.time_epoch")[0][0]
        self.assertEqual(first, "1767225600.000000000")

    def test_merged_it_is_the_same(self):
        what = "canary ha-restart --client naive,production --seeds 2"
        whole = (self.root / self.capture(what)).read_bytes()
        for part in ("1", "2"):
            self.hassle(f"run {what} --shard {part}/2 --report measurement-wire={part}.json")
        self.hassle("merge 1.json 2.json --report pcapng=merged.pcapng")
        self.assertEqual((self.root / "merged.pcapng").read_bytes(), whole)

    def test_without_the_wire_a_merge_says_so(self):
        self.hassle("run canary --shard 1/1 --report measurement=1.json")
        status, _, error = run([HASSLE, "merge", "1.json", "--report", "pcapng=x.pcapng"], self.root)
        self.assertEqual(status, 2)
        self.assertIn("--report measurement-wire=PATH", error)


if __name__ == "__main__":
    unittest.main()
