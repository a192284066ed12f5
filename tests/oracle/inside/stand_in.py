"""What stands in for parts of a package that its revisions import and do not need: for the `setup` of a recording."""

import importlib.util
import sys
import types
import unittest.mock


def package(*names):
    """Packages whose modules are found, though their `__init__` does not run."""
    for name in names:
        module = types.ModuleType(name)
        module.__path__ = list(importlib.util.find_spec(name).submodule_search_locations)
        sys.modules[name] = module


def modules(*names):
    """Modules that have every name."""
    for name in names:
        sys.modules[name] = unittest.mock.MagicMock(__path__=[])
