#!/usr/bin/env python3
"""A simulation shared out by Dask: one task a part of the paths, then one merge.

    pip install distributed
    examples/cluster/with_dask.py NAME PATHS PARTS [SCHEDULER]

Without a scheduler's address Dask starts workers on this machine. Workers must see the scenarios and the folder of the parts.
"""
import os
import subprocess
import sys

CAPSTRUCT = os.environ.get("CAPSTRUCT", "capstruct")
FOLDER = os.environ.get("PARTS_FOLDER", "parts")
SEED = os.environ.get("SEED", "1")


def part(name, first, last, file):
    """Computes the paths from `first` to just before `last`; the only state is their numbers."""
    command = [CAPSTRUCT, "simulate", name, "--paths", f"{first}..{last}", "--seed", SEED, "--threads", "1", "--shard", file]
    subprocess.run([*command, "--quiet"], check=True)
    return file


def main():
    from dask.distributed import Client

    name, paths, parts = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    os.makedirs(FOLDER, exist_ok=True)
    client = Client(sys.argv[4]) if len(sys.argv) > 4 else Client(processes=False, dashboard_address=None)
    with client:
        tasks = []
        for index in range(parts):
            first, last = paths * index // parts, paths * (index + 1) // parts
            tasks.append(client.submit(part, name, first, last, f"{FOLDER}/part-{index}.json", pure=False))
        files = client.gather(tasks)
    subprocess.run([CAPSTRUCT, "merge", *files, "--no-charts"], check=True)


if __name__ == "__main__":
    main()
