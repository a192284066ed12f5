"""Records what real Alembic says of the corpus projects' histories into tests/fixtures/graphs/NAME.json.

    python tests/oracle/graph.py [NAME...]

Run fetch.py first. The revision files are found and linked by Alembic itself; of each only the docstring and the module-level
assignments are executed, since most of what they import is not installed here. Only identifiers are recorded.
"""

import ast
import json
import pathlib
import subprocess
import sys
import types
import warnings

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def load(folder, filename):
    """Stands for alembic.util.load_python_file."""
    path = pathlib.Path(folder) / filename
    tree = ast.parse(path.read_text())
    module = types.ModuleType(path.stem)
    module.__doc__ = ast.get_docstring(tree, clean=False)
    for statement in tree.body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            try:
                exec(compile(ast.Module([statement], []), str(path), "exec"), module.__dict__)
            except Exception:
                # It needs an import; `revision` and its kin are checked below.
                pass
    for name in ("down_revision",):
        if not hasattr(module, name):
            raise SystemExit(f"{path}: {name} is not a plain assignment")
    return module


def record(project):
    import alembic.script.base
    from alembic.script import ScriptDirectory

    alembic.script.base.util.load_python_file = load
    folder = ROOT / "target" / "corpus" / project["name"]
    locations = [folder / location for location in project["locations"]]
    script = ScriptDirectory(
        str(locations[0].parent), version_locations=locations,
        recursive_version_locations=project.get("recursive", False),
    )
    graph = script.revision_map
    order = [step.revision for step in reversed(list(script.iterate_revisions("heads", "base", implicit_base=True)))]
    revisions = {r.revision: r for r in script.walk_revisions("base", "heads")}
    return {
        "heads": list(graph.heads),
        "real_heads": list(graph._real_heads),
        "bases": list(graph.bases),
        "order": order,
        "labels": {i: sorted(r.branch_labels) for i, r in sorted(revisions.items()) if r.branch_labels},
        "down": {i: list(r._normalized_down_revisions) for i, r in sorted(revisions.items())},
    }


if __name__ == "__main__":
    projects = json.loads((HERE / "corpus.json").read_text())
    if len(sys.argv) == 3 and sys.argv[1] == "--one":
        (project,) = [p for p in projects if p["name"] == sys.argv[2]]
        warnings.simplefilter("ignore")
        answers = json.dumps(record(project), indent=1)
        (ROOT / "tests" / "fixtures" / "graphs" / (project["name"] + ".json")).write_text(answers + "\n")
    else:
        # One process each: what one project's files import must not be there for the next one.
        for name in sys.argv[1:] or [p["name"] for p in projects]:
            done = subprocess.run([sys.executable, __file__, "--one", name], stdout=subprocess.DEVNULL)
            print(name, "recorded" if done.returncode == 0 else "FAILED")
