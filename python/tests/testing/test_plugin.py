"""The pytest plugin, in runs of its own."""
import pytest

pytest_plugins = ["pytester"]
PLUGIN = ("-p", "tenet.testing.plugin", "-p", "no:cacheprovider")


@pytest.fixture
def run(pytester, request):
    installed = request.config.pluginmanager.has_plugin("tenet")
    options = PLUGIN[2:] if installed else PLUGIN

    def run(source, *args):
        pytester.makepyfile(source)
        return pytester.runpytest_subprocess(*options, *args)

    return run


def test_a_test_runs_once_for_each_type(run):
    source = """
        import tenet
        def test(dtype, device):
            x = tenet.ones(1, dtype=dtype, device=device)
            print("ran with", x.dtype, x.device)
    """
    result = run(source, "-s", "--tenet-dtype", "float32,float64")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*ran with tenet.float32 cpu*", "*ran with tenet.float64 cpu*"])
    run(source).assert_outcomes(passed=1)


def test_a_test_may_say_itself(run):
    run("""
        import pytest
        @pytest.mark.parametrize("dtype", ["mine"])
        def test(dtype):
            assert dtype == "mine"
    """).assert_outcomes(passed=1)


@pytest.mark.parametrize("option, text", [("--tenet-dtype=float16", '--tenet-dtype: "float16" is not there. Known are float32, float64.'),
                                          ("--tenet-device=tpu", '--tenet-device: "tpu" is not there. Known are cpu.')])
def test_an_unknown_name_is_an_error(run, option, text):
    result = run("def test(): pass", option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{text}"])


def test_the_seed_is_told_where_a_test_fails(run):
    result = run("""
        import tenet
        def test(seed):
            assert tenet.initial_seed() != seed
    """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*tenet.manual_seed(*"])

