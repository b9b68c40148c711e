#!/usr/bin/env python3
"""What a user pays before the first result: compiling a program, its size, its start; and building the library.

    benchmarks/cost_of_entry.py [--build build] [--library]      (--library: also builds it from nothing, without ccache)
"""

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """#include <tenet/tenet.h>
int main() {
  tenet::Tensor x = tenet::ones({2}, {.requires_grad = true});
  (x * x).sum().backward();
  return x.grad().sum().item<float>() == 4 ? 0 : 1;
}
"""


def seconds(command, **options):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)
    return time.perf_counter() - start


def spread(values, unit, scale=1.0, digits=2):
    low, middle, high = (v * scale for v in (min(values), statistics.median(values), max(values)))
    return f"{middle:.{digits}f} {unit}  ({low:.{digits}f} .. {high:.{digits}f}, {len(values)} runs)"


def library_from_nothing():
    with tempfile.TemporaryDirectory() as folder:
        options = ["-DTENET_BUILD_TESTS=OFF", "-DTENET_BUILD_EXAMPLES=OFF", "-DCMAKE_BUILD_TYPE=Release"]
        subprocess.run(["cmake", "-G", "Ninja", "-S", ROOT, "-B", folder, *options], check=True,
                       stdout=subprocess.DEVNULL)
        environment = {**os.environ, "CCACHE_DISABLE": "1"}
        return seconds(["cmake", "--build", folder, "--parallel", str(os.cpu_count())], env=environment)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=str(ROOT / "build"))
    parser.add_argument("--library", action="store_true")
    parser.add_argument("--compiler", default=shutil.which("c++"))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source, object_, program = (str(Path(folder) / name) for name in ("user.cpp", "user.o", "user"))
        Path(source).write_text(PROGRAM)
        include = ["-I", f"{args.build}/include"]
        compiles = [seconds([args.compiler, "-std=c++20", "-O1", *include, "-c", source, "-o", object_])
                    for _ in range(5)]
        subprocess.run([args.compiler, object_, f"{args.build}/libtenet.a", "-lopenblas", "-lpthread", "-o", program],
                       check=True)
        starts = [seconds([program]) for _ in range(21)]
        size = os.path.getsize(program)
    print(f"compile at -O1   {spread(compiles, 's')}")
    print(f"program          {size / 1e6:.2f} MB")
    print(f"start to end     {spread(starts, 'ms', 1e3, 1)}")
    if args.library:
        print(f"library          {library_from_nothing():.0f} s from nothing, {os.cpu_count()} jobs, no ccache")


main()
