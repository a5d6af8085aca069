"""The package as others use it: installed, the examples built against it, and run against mockha over
TLS, through a restart."""

import hashlib
import json
import os
import pathlib
import queue
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import urllib.parse
import urllib.request

# A machine that does other things as well is slow; nothing here waits for a time to pass.
PATIENCE_S = 120


def must(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} exits with {done.returncode}:\n{done.stdout}")
    return done.stdout


class Program:
    """A program whose lines are read as they come."""

    def __init__(self, *command, env=None):
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
        self.lines = queue.Queue()
        self.seen = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def wait_for(self, wanted):
        """The first line from here on in which the text stands."""
        while True:
            try:
                line = self.lines.get(timeout=PATIENCE_S)
            except queue.Empty:
                line = None
            if line is None:
                sys.exit(f"no line with '{wanted}' came, only:\n" + "\n".join(self.seen))
            self.seen.append(line)
            if wanted in line:
                return line

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(timeout=PATIENCE_S)
        if status != 0:
            sys.exit(f"{self.process.args[0]} exits with {status} after Ctrl-C")


def post(url, body=None):
    request = urllib.request.Request(
        url, data=json.dumps(body or {}).encode(), headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        return answer.read()


def build(cmake, build_folder, source, compiler, flags, linker_flags, folder):
    shutil.rmtree(folder, ignore_errors=True)
    installed = folder / "installed"
    must(cmake, "--install", build_folder, "--component", "dev", "--prefix", installed)
    schema = next(installed.rglob("share/hassle/hassle-report.schema.json"))
    assert json.loads(schema.read_text(encoding="utf-8"))["type"] == "object", schema
    # A copy outside of the tree: nothing but the package can be found.
    shutil.copytree(source, folder / "examples")
    ccache = shutil.which("ccache")
    must(cmake, "-S", folder / "examples", "-B", folder / "build", "-G", "Ninja",
         f"-DCMAKE_PREFIX_PATH={installed}", f"-DCMAKE_CXX_COMPILER={compiler}",
         f"-DCMAKE_CXX_FLAGS={flags}", f"-DCMAKE_EXE_LINKER_FLAGS={linker_flags}",
         *([f"-DCMAKE_CXX_COMPILER_LAUNCHER={ccache}"] if ccache else []))
    must(cmake, "--build", folder / "build")
    with_pkg_config(installed, compiler, flags, linker_flags, folder)
    return folder / "build"


def with_pkg_config(installed, compiler, flags, linker_flags, folder):
    """The same without CMake."""
    source = folder / "pkg_config.cpp"
    source.write_text("#include <hassle/client/settings.hpp>\n"
                      "int main() { return hassle::client::all_settings().empty(); }\n")
    path = next(installed.rglob("pkgconfig"))
    env = {**os.environ, "PKG_CONFIG_PATH": str(path)}
    asked = subprocess.run(["pkg-config", "--cflags", "--libs", "hassle"], env=env, text=True,
                           stdout=subprocess.PIPE, check=True)
    must(compiler, "-std=c++23", *flags.split(), source, "-o", folder / "pkg_config",
         *asked.stdout.split(), *linker_flags.split())
    must(folder / "pkg_config")


def watch_through_a_restart(programs, mockha):
    home = Program(mockha, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--tls-self-signed")
    ready = json.loads(home.wait_for("ready"))
    url = urllib.parse.urlsplit(ready["url"])
    address = f"https://{url.hostname}:{url.port}"
    pem = ssl.get_server_certificate((url.hostname, url.port))
    pin = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
    token = {"HASSLE_TOKEN": ready["token"]}

    watch = Program(programs / "watch", address, "light.desk", "--pin", pin, env=token)
    watch.wait_for("states as of now")
    before = watch.wait_for("light.desk: ")

    def switch(service, certificate):
        """By the other example, which checks the certificate in its own way."""
        done = subprocess.run(
            [programs / "voice_command", address, f"light.{service}", "light.desk", "light.toggle",
             "light.porch", *certificate], env={**os.environ, **token}, text=True,
            stdout=subprocess.PIPE, timeout=PATIENCE_S)
        if done.returncode != 0 or done.stdout.count(": done;") != 2:
            sys.exit(f"voice_command exits with {done.returncode}:\n{done.stdout}")

    authority = programs / "ca.pem"
    authority.write_text(pem)
    is_on = before.endswith("-> on")
    switch("turn_off" if is_on else "turn_on", ["--pin", pin])
    watch.wait_for("light.desk: on -> off" if is_on else "light.desk: off -> on")

    panel = Program(programs / "panel", address, "light.desk", "--ca-file", authority, env=token)
    panel.wait_for("up to date")
    post(ready["admin"] + "/restart", {"stopping": "0s", "refused": "1s", "not_running": "1s",
                                       "starting": "1s"})
    watch.wait_for("-- connection lost")
    panel.wait_for("stale")
    watch.wait_for("-- gap: nothing was heard for ")
    watch.wait_for("states as of now")
    panel.wait_for("up to date")
    switch("turn_on" if is_on else "turn_off", ["--ca-file", authority])
    wanted = "-> on" if is_on else "-> off"
    while not watch.wait_for("light.desk: ").endswith(wanted):
        pass

    wrong = subprocess.run([programs / "voice_command", address, "light.turn_on", "light.desk",
                            "--pin", "0" * 64], env={**os.environ, **token}, text=True,
                           stdout=subprocess.PIPE, timeout=PATIENCE_S)
    if wrong.returncode != 1 or "no connection" not in wrong.stdout:
        sys.exit(f"another certificate than the pinned one is accepted:\n{wrong.stdout}")

    watch.stop()
    panel.stop()
    home.stop()
    print("\n".join(watch.seen))


def main():
    cmake, build_folder, source, mockha, compiler, flags, linker_flags = sys.argv[1:]
    folder = pathlib.Path(build_folder).resolve() / "consumer"
    programs = build(cmake, build_folder, source, compiler, flags, linker_flags, folder)
    for each in ("voice_command", "watch", "panel"):
        if "HASSLE_TOKEN" not in must(programs / each, "--help"):
            sys.exit(f"{each} --help does not name the token's variable")
    watch_through_a_restart(programs, mockha)


main()
