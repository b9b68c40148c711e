"""What pytest loads where Tenet is installed: tenet.testing.plugin without the package around it, whose import every
run of pytest would wait for, also those that have nothing to do with Tenet."""
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

_tenet: Any = find_spec("tenet")
_file = Path(_tenet.origin).parent / "testing" / "plugin.py"
_spec: Any = spec_from_file_location("pytest_tenet.plugin", _file)
_plugin = module_from_spec(_spec)
_spec.loader.exec_module(_plugin)

pytest_addoption, pytest_configure = _plugin.pytest_addoption, _plugin.pytest_configure
