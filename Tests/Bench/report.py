"""Prints the figures that bench recorded, and how they stand to the targets.

    report.py RESULT_FILE
"""
import collections
import os
import statistics
import sys

MB = 1_000_000


def read(path):
    """Lines of words and numbers, such as `issue lego 81.0 25.0 24000 10`, as lists of number tuples by their words."""
    results = collections.defaultdict(list)
    for line in open(path):
        words = line.split()
        key = tuple(word for word in words if word[0].isalpha())
        results[key].append(tuple(float(word) for word in words[len(key):]))
    return results


class Figures:
    """What a client took for one certificate, as the median of its runs."""

    def __init__(self, runs, connections):
        wall, cpu, peak, requests = zip(*runs)
        self.wall, self.fastest, self.cpu = statistics.median(wall), min(wall), statistics.median(cpu)
        self.peak = max(peak) * 1024 / MB
        self.requests, self.connections = statistics.median(requests), connections


def shown(client):
    return client.replace("_", "-")


def row(name, *cells):
    print(f"{name:<10}" + "".join(f"{cell:>13}" for cell in cells))


def target(what, value, limit, unit="", strict=False, exactly=False):
    met = value == limit if exactly else value < limit if strict else value <= limit
    sign = "=" if exactly else "<" if strict else "≤"
    verdict = "met" if met else f"missed by {abs(value - limit):.2f}{unit}"
    print(f"{what:<38}{value:>10.2f}{unit:<3}  {sign} {limit:g}{unit:<4} {verdict}")


def main(path):
    results = read(path)
    issued = {key[1]: runs for key, runs in results.items() if key[0] == "issue"}
    clients = {name: Figures(runs, results["connections", name][0][0]) for name, runs in issued.items()}
    floor_wall, floor_requests = zip(*results["floor",])
    floor, least_requests = statistics.median(floor_wall), statistics.median(floor_requests)
    twenty = {key[1]: statistics.median(run[0] for run in runs) for key, runs in results.items() if key[0] == "twenty"}
    starts = {key[1]: statistics.median(run[0] for run in runs) for key, runs in results.items() if key[0] == "start"}
    binary = results["binary",][0][0] / MB

    machine = f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    print(f"One certificate, known account: {len(floor_wall)} runs each ({machine})\n")
    row("", "wall ms", "fastest ms", "CPU ms", "peak MB", "requests", "connections", "start ms", "20 at once")
    row("floor", f"{floor:.1f}", f"{min(floor_wall):.1f}", "", "", f"{least_requests:g}", "1", "")
    for name, figures in clients.items():
        row(
            shown(name), f"{figures.wall:.1f}", f"{figures.fastest:.1f}", f"{figures.cpu:.1f}", f"{figures.peak:.1f}",
            f"{figures.requests:g}", f"{figures.connections:g}", f"{starts[name]:.1f}" if name in starts else "",
            f"{twenty[name]:.0f} ms" if name in twenty else "",
        )

    certctl = clients.pop("certctl")
    fastest = min(clients, key=lambda name: clients[name].wall)
    print("\nWall, CPU, requests and start are medians, the peak is the highest.")
    for name in clients:
        if again := len(results["gave-up", name]):
            print(f"{shown(name)} gave up {again} times and was asked again; that is not in its figures.")
    print()
    target("wall ÷ the floor's", certctl.wall / floor, 1.5)
    target(f"wall ÷ {shown(fastest)}'s, the fastest other", certctl.wall / clients[fastest].wall, 0.25)
    if twenty:
        quickest = min((name for name in twenty if name != "certctl"), key=twenty.get)
        target(f"20 ÷ {shown(quickest)}'s, the fastest other", twenty["certctl"] / twenty[quickest], 0.1)
    target("CPU ÷ lego's", certctl.cpu / clients["lego"].cpu, 1)
    target(f"requests (the floor: {least_requests:g})", certctl.requests, 9)
    target("connections", certctl.connections, 1, exactly=True)
    target("peak memory of issue", certctl.peak, 20, " MB")
    target("start (version)", starts["certctl"], 10, " ms", strict=True)
    target("binary", binary, 16, " MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
