#!/usr/bin/env python3
"""Sets `capstruct bench` beside the programs a good user would write instead, in one alternating run.

Needs numpy for the first peer, and numba and scipy for the second; one that is not installed is skipped, and said so.
Usage: benches/compare.py [--paths N] [--repeats R] [--capstruct FILE]
Peers: benches/peers/w1_numpy.py (whole-array code in chunks of 5,000) and w1_numba_expert.py (in-kernel histogram), one thread each;
w4_numpy.py for the grid of a million cells.
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
# W1 and W2 as the goals of the project put them: so many times faster than the peer.
GOALS = {("W1", "numpy"): (6, 9), ("W1", "numba"): (3, 5), ("W2", "numpy"): (9, 13), ("W2", "numba"): (3.5, 5)}
# The grid: what is kept of it, and how the peer does the same.
GRID = ["--over", "pre4=400B..1600B/1000", "--over", "size4=20B..300B/1000"]
GRID_GOALS = {"streamed": ("streamed", 3, 5.5), "materialised": ("chunked", 2, 3)}


def refuse_under_load():
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load > cores:
        sys.exit(f"load {load:.1f} on {cores} cores: no judgement under such a load; try again when the machine is quiet")


def ours(binary, scenario, paths):
    done = subprocess.run(
        [binary, "bench", scenario, "--paths", str(paths), "--repeats", "3", "--json"],
        cwd=HERE.parent, capture_output=True, text=True, check=True,
    )
    return json.loads(done.stdout)


def peer(script, paths, *words):
    environment = dict(os.environ, NUMBA_NUM_THREADS="1", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    done = subprocess.run(
        [sys.executable, str(HERE / "peers" / script), str(paths), *words],
        capture_output=True, text=True, env=environment,
    )
    if done.returncode:
        return None, done.stderr.strip().splitlines()[-1]
    found = re.search(r"cpu\(med\)=(\d+(?:\.\d+)?) ns/path", done.stdout)
    memory = re.search(r"maxrss=(\d+)MB", done.stdout)
    return (float(found[1]), int(memory[1])), None


def grid(binary, repeats):
    """W4: the two measurements beside the peer's, and whether they speak of the same figures."""
    own, theirs = {kind: [] for kind in GRID_GOALS}, {}
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    for _ in range(repeats):
        done = subprocess.run([binary, "bench", "benchmark/oai12", *GRID, "--json"], cwd=HERE.parent, capture_output=True, text=True, check=True)
        report = json.loads(done.stdout)
        for kind in own:
            own[kind].append(report["nanoseconds_per_cell"][kind])
        done = subprocess.run(
            [sys.executable, str(HERE / "peers" / "w4_numpy.py"), "streamed", "chunked", "simplified"],
            capture_output=True, text=True, env=environment,
        )
        if done.returncode:
            print(f"W4: numpy: SKIPPED: {done.stderr.strip().splitlines()[-1]}")
            return
        for name, time, middle in re.findall(r"W4 (\w+) .*cpu\(med\)=([\d.]+) ns/cell middle\(InvX\)=([\d.]+)", done.stdout):
            theirs.setdefault(name, []).append(float(time))
            if abs(float(middle) - report["middle"]["ownership(inv-x)"]) > 1e-11:
                sys.exit(f"W4: {middle} and {report['middle']['ownership(inv-x)']}: not the same figures")
    print(f"W4: {report['cells']} cells of {report['figures']} figures, {report['steps']['once_a_cell']} steps a cell, one thread "
          f"({report['instructions']}), set-up {report['set_up_ms']:.1f} ms, {report['peak_memory_mb']:.0f} MB, result {report['hash']}")
    for kind, (name, must, aim) in GRID_GOALS.items():
        ours, peer = statistics.median(own[kind]), statistics.median(theirs[name])
        ratio = peer / ours
        verdict = "aim" if ratio >= aim else "must" if ratio >= must else "MISSED"
        print(f"    {kind}: {ours:.1f} ns/cell; numpy in chunks {peer:.0f} ns/cell: {ratio:.1f} times ours (must {must}, aim {aim}: {verdict})")
    by_hand = statistics.median(theirs["simplified"])
    print(f"    numpy, all that is constant worked out by hand: {by_hand:.0f} ns/cell, {by_hand / statistics.median(own['materialised']):.1f} times ours materialised")


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    # The system says in steps of some milliseconds how long a thread has run: of four million paths that is one in fifty.
    words.add_argument("--paths", type=int, default=4_000_000)
    words.add_argument("--repeats", type=int, default=5)
    words.add_argument("--capstruct", default=str(HERE.parent / "target" / "release" / "capstruct"))
    asked = words.parse_args()
    refuse_under_load()
    for name, scenario, workload in (("W1", "benchmark/oai12", []), ("W2", "benchmark/oai12-exit", ["w2"])):
        times, peers, skipped = [], {"numpy": [], "numba": []}, {}
        report = None
        for _ in range(asked.repeats):
            report = ours(asked.capstruct, scenario, asked.paths)
            times.append(report["nanoseconds_per_path"]["everything"])
            for kind, script, more in (
                ("numpy", "w1_numpy.py", [*workload, "--chunk=5000", "--reps=2"]),
                ("numba", "w1_numba_expert.py", [*workload, "hist"]),
            ):
                if kind in skipped:
                    continue
                found, why = peer(script, asked.paths, *more)
                if found is None:
                    skipped[kind] = why
                else:
                    peers[kind].append(found)
        own = statistics.median(times)
        stages = report["nanoseconds_per_path"]
        print(f"{name}: {own:.1f} ns/path on one thread ({report['instructions']}), {report['peak_memory_mb']:.0f} MB, "
              f"set-up {report['set_up_ms']:.1f} ms, result {' '.join(report['hash'])}")
        print("    " + ", ".join(f"{stage.replace('_', ' ')} {value:.1f}" for stage, value in stages.items()) + " (cumulative)")
        for kind, found in peers.items():
            if kind in skipped:
                print(f"    {kind}: SKIPPED: {skipped[kind]}")
                continue
            theirs, memory = statistics.median(time for time, _ in found), max(size for _, size in found)
            must, aim = GOALS[(name, kind)]
            ratio = theirs / own
            verdict = "aim" if ratio >= aim else "must" if ratio >= must else "MISSED"
            print(f"    {kind}: {theirs:.0f} ns/path, {memory} MB: {ratio:.1f} times ours (must {must}, aim {aim}: {verdict})")
        threads = {row["threads"]: row["nanoseconds_per_path"] for row in report["threads"]}
        if 2 in threads:
            print(f"    two threads: {threads[1] / threads[2]:.2f} times one")
    grid(asked.capstruct, asked.repeats)
    refuse_under_load()


if __name__ == "__main__":
    main()
