"""What stands in for parts of a package that its revisions import and do not need: for the `setup` of a recording."""

import importlib.util
import sys
import unittest.mock


def package(*names):
    """Packages whose modules are found, though their `__init__` does not run."""
    for name in names:
        sys.modules[name] = importlib.util.module_from_spec(importlib.util.find_spec(name))


def modules(*names):
    """Modules that have every name."""
    for name in names:
        sys.modules[name] = unittest.mock.MagicMock(__path__=[])
        package, _, module = name.rpartition(".")
        if package in sys.modules:
            setattr(sys.modules[package], module, sys.modules[name])
