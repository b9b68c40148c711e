"""Plants one violation at a time in a small tree of its own and sees the check in scripts/ fail, and say why.

    python3 tests/scripts/house_checks_test.py
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts"

TREE = {  # a house in order
    "tenet.h": '#pragma once\n#include "tenet/nn/layer.h"\n',
    "framework/core/shape.h": "#pragma once\n#include <vector>\nusing Shape = std::vector<int>;\n",
    "framework/tensor/tensor.h": '#pragma once\n#include "tenet/framework/core/shape.h"\n',
    "framework/autograd/tape.h": '#pragma once\n#include "tenet/framework/tensor/tensor.h"\n',
    "backends/cpu/loop.h": '#pragma once\n#include "tenet/framework/core/shape.h"\n',
    "backends/registry.cpp": '#include "tenet/backends/cpu/loop.h"\n#if TENET_WITH_CUDA\n#endif\n',
    "ops/conv/conv.h": '#pragma once\n#include "tenet/framework/tensor/tensor.h"\n',
    "ops/conv/conv.cpp": '#include "tenet/ops/conv/conv.h"\n#include "tenet/framework/autograd/tape.h"\n'
                         '#include "tenet/ops/conv/conv_kernels.h"\n',
    "ops/conv/conv_kernels.h": '#pragma once\n#include "tenet/backends/cpu/loop.h"\n',
    "ops/conv/conv_kernels.cpp": '#include "tenet/ops/conv/conv_kernels.h"\n#include "tenet/backends/cpu/loop.h"\n',
    "ops/pool/pool.h": '#pragma once\n#include "tenet/ops/conv/conv.h"\n',
    "nn/layer.h": '#pragma once\n#include "tenet/ops/conv/conv.h"\n',
    "train/loop.h": '#pragma once\n#include "tenet/nn/layer.h"\n',
    "examples/01.cpp": "#include <iostream>\n#include <tenet/tenet.h>\n",
    "tests/support/near.h": "#pragma once\n",
    "tests/ops/conv_test.cpp": '#include "support/near.h"\n#include "tenet/ops/conv/conv_kernels.h"\n',
}


class Check(unittest.TestCase):
    def run_check(self, name, changes, env=None):
        """(exit status, output) of a check on the tree after the changes: path -> text appended to that file."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in TREE.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            for path, text in changes.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                with open(root / path, "a") as file:
                    file.write(text)
            run = subprocess.run([SCRIPTS / name, str(root)], capture_output=True, text=True, env=env)
            return run.returncode, run.stdout + run.stderr

    def assert_passes(self, name, changes):
        status, output = self.run_check(name, changes)
        self.assertEqual(status, 0, output)

    def assert_finds(self, name, changes, *said):
        status, output = self.run_check(name, changes)
        self.assertEqual(status, 1, output)
        for text in said:
            self.assertIn(text, output)


class Includes(Check):
    def planted(self, path, line, *said):
        self.assert_finds("check_includes", {path: line + "\n"}, path, *said)

    def test_a_house_in_order_passes(self):
        self.assert_passes("check_includes", {})

    def test_every_upward_edge_between_layers(self):
        lowest_first = ["framework/core/shape.h", "framework/tensor/tensor.h", "framework/autograd/tape.h", "ops/conv/conv.h",
                        "nn/layer.h", "train/loop.h"]
        for i, low in enumerate(lowest_first):
            for high in lowest_first[i + 1:]:
                with self.subTest(low=low, high=high):
                    self.planted(low, f'#include "tenet/{high}"', "stands below", f"includes {high}")

    def test_the_line_is_named(self):
        self.planted("ops/conv/conv.h", '\n#include "tenet/nn/layer.h"', "ops/conv/conv.h:4:")

    def test_backends_stay_below(self):
        for header in ("framework/tensor/tensor.h", "ops/conv/conv.h", "backends/cuda/launch.h"):
            with self.subTest(header=header):
                self.planted("backends/cpu/loop.h", f'#include "tenet/{header}"', "backends include framework/core")

    def test_nobody_but_kernels_enters_a_backend(self):
        for path in ("framework/core/shape.h", "ops/conv/conv.cpp", "ops/conv/conv.h", "nn/layer.h", "train/loop.h"):
            with self.subTest(path=path):
                self.planted(path, '#include "tenet/backends/cpu/loop.h"', "only an op's *_kernels files")

    def test_kernels_stay_in_their_family(self):
        for header in ("framework/tensor/tensor.h", "framework/autograd/tape.h", "ops/pool/pool.h", "nn/layer.h"):
            with self.subTest(header=header):
                self.planted("ops/conv/conv_kernels.cpp", f'#include "tenet/{header}"', "their own family")

    def test_kernel_headers_do_not_reach_users(self):
        for path in ("ops/conv/conv.h", "nn/layer.h", "tenet.h"):
            with self.subTest(path=path):
                self.planted(path, '#include "tenet/ops/conv/conv_kernels.h"')

    def test_the_library_does_not_include_the_umbrella(self):
        self.planted("train/loop.h", '#include "tenet/tenet.h"', "for users")

    def test_project_headers_are_spelled_one_way(self):
        self.planted("ops/conv/conv.cpp", '#include "conv.h"', 'written "tenet/..."')
        self.planted("ops/conv/conv.cpp", '#include "../../nn/layer.h"', 'written "tenet/..."')
        self.planted("ops/conv/conv.cpp", "#include <tenet/framework/core/shape.h>", 'written "tenet/..."')
        self.planted("ops/conv/conv.cpp", '#include "support/near.h"', 'written "tenet/..."')

    def test_examples_are_users(self):
        for include in ("<tenet/ops/conv/conv.h>", '"tenet/tenet.h"', '"helper.h"'):
            with self.subTest(include=include):
                self.planted("examples/01.cpp", f"#include {include}", "<tenet/tenet.h> and <tenet/testing.h> alone")

    def test_a_header_that_is_not_there(self):
        self.planted("ops/conv/conv.h", '#include "tenet/framework/core/gone.h"', "no such file")

    def test_cuda_switches_stand_in_two_files_at_most(self):
        switch = "#if TENET_WITH_CUDA\n#endif\n"
        self.assert_passes("check_includes", {"framework/core/shape.h": switch})
        self.assert_finds("check_includes", {"framework/core/shape.h": switch, "ops/conv/conv.cpp": switch.replace("if T", "ifdef T", 1)},
                          "stands in 3 files", "ops/conv/conv.cpp")


class Headers(Check):
    def test_headers_that_compile_alone_pass(self):
        self.assert_passes("check_headers", {})

    def test_a_header_that_leans_on_its_includer(self):
        self.assert_finds("check_headers", {"nn/layer.h": "std::string name();\n"}, "nn/layer.h does not compile alone")

    def test_kernel_headers_are_not_public(self):
        self.assert_passes("check_headers", {"ops/conv/conv_kernels.h": "int x = nothing;\n"})


class Sizes(Check):
    def test_a_small_tree_passes(self):
        self.assert_passes("size_table", {})

    def test_a_long_file_needs_a_reason(self):
        self.assert_finds("size_table", {"nn/layer.h": "//\n" * 400}, "nn/layer.h has 402 lines", "Long because")
        self.assert_passes("size_table", {"nn/table.h": "// Long because it is a table.\n" + "//\n" * 400})

    def test_the_core_budget(self):
        files = {f"framework/core/f{i}.h": "int x;\n" * 300 for i in range(21)}
        self.assert_finds("size_table", files, "framework + backends/cpu + ops/conv", "over the budget of 6000")

    def test_the_whole_budget(self):
        files = {f"train/f{i}.h": "int x;\n" * 400 for i in range(63)}
        self.assert_finds("size_table", files, "over the budget of 25000")

    def test_what_does_not_count(self):
        files = {f"{room}/f{i}.cpp": "int x;\n" * 400 for i in range(70) for room in ("tests", "examples")}
        files |= {f"train/f{i}.h": "// a contract\n\n/* and\n more */\n" * 80 for i in range(40)}
        self.assert_passes("size_table", {**files, "train/digits.inc": "1,\n" * 13000})

    def test_function_lengths(self):
        body = "int f(int x) {\n" + "  if (x) { x = 1; }\n" * 30 + "}\nstruct S {\n  int g() { return '}'; }\n};\n"
        _, output = self.run_check("size_table", {"nn/long.cpp": body})
        row = next(line for line in output.splitlines() if line.startswith("nn ")).split()
        self.assertEqual(row[-2:], ["16", "32"], output)  # of 32 lines and 1 line


class Setup(Check):
    """scripts/setup in a world made of stubs: what the machine has, and who the user is."""

    def run_setup(self, stubs):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for tool in ("bash", "grep", "mktemp", "tail", "rm", "env"):
                (root / tool).symlink_to(shutil.which(tool))
            for name, script in {"apt-get": 'echo "apt-get $*" >&2; exit 1', **stubs}.items():
                (root / name).write_text(f"#!{shutil.which('bash')}\n{script}\n")
                (root / name).chmod(0o755)
            run = subprocess.run([shutil.which("bash"), str(SCRIPTS / "setup")], capture_output=True, text=True,
                                 stdin=subprocess.DEVNULL, env={"PATH": str(root)})
            return run.returncode, run.stdout, run.stderr

    def test_nothing_is_done_when_all_is_there(self):
        status, out, err = self.run_setup({"dpkg-query": "echo install ok installed", "id": "echo 1000"})
        self.assertEqual((status, out, err), (0, "setup: all packages are there\n", ""))

    def test_one_sentence_without_the_right(self):
        status, _, err = self.run_setup({"dpkg-query": "exit 1", "id": "echo 1000"})
        self.assertEqual(status, 1)
        self.assertEqual(len(err.splitlines()), 1, err)
        self.assertIn("this user may not install them", err)
        self.assertIn("apt-get install g++ cmake ninja-build libopenblas-dev", err)

    def test_one_sentence_when_sudo_wants_a_password_from_nobody(self):
        status, _, err = self.run_setup({"dpkg-query": "exit 1", "id": "echo 1000", "sudo": "exit 1"})
        self.assertEqual(status, 1)
        self.assertIn("this user may not install them", err)

    def test_what_is_installed_is_said_before(self):
        status, out, err = self.run_setup({"dpkg-query": "exit 1", "id": "echo 0", "c++": "", "apt-get": "exit 0"})
        self.assertEqual(status, 0, err)
        self.assertIn("setup: installing cmake ninja-build libopenblas-dev", out)
        self.assertTrue(out.endswith("setup: installed\n"), out)

    def test_without_the_network(self):
        status, _, err = self.run_setup({"dpkg-query": "exit 1", "id": "echo 0"})
        self.assertEqual(status, 1)
        self.assertIn("is the network there?", err.splitlines()[-1])

    def test_sudo_is_used_by_others(self):
        status, _, err = self.run_setup({"dpkg-query": "exit 1", "id": "echo 1000", "sudo": '[ "$*" = "-n true" ] || { shift; exec "$@"; }'})
        self.assertEqual(status, 1)  # sudo works, apt-get does not
        self.assertIn("apt-get -q", err)


if __name__ == "__main__":
    unittest.main()
