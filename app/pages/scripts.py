"""Bundler of scripts: joins modules, drops comments.

Twenty small modules are twenty requests, and compress a quarter worse by themselves. There is no build step: this runs
once in each process, on the few forms of imports and exports that our scripts use, and raises for any other.
"""

import re
from collections.abc import Mapping
from graphlib import TopologicalSorter

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+\.js)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)

# JSDoc, comments of whole lines, and indentation: no script has a text of several lines, in which they would matter.
_COMMENT = re.compile(r"/\*\*.*?\*/ ?|^[ ]*//[^\n]*", re.DOTALL | re.MULTILINE)
_BLANK = re.compile(r"\n\s+")


def bundled(name: str, sources: Mapping[str, str]) -> str:
    """Return a script with all that it imports, each module in a function of its own.

    Raises ValueError for a form of import or export that is not known here, CycleError for modules in a circle, and
    KeyError for one that is missing.
    """
    needed: dict[str, set[str]] = {}
    waiting = [name]
    while waiting:
        module = waiting.pop()
        if module not in needed:
            needed[module] = {imported for _, imported in _IMPORT.findall(sources[module])}
            waiting += needed[module]
    *before, own = TopologicalSorter(needed).static_order()
    script = "\n".join([*(_as_function(module, sources[module]) for module in before), _linked(sources[own])])
    return _BLANK.sub("\n", _COMMENT.sub("", script)).lstrip()


def _as_function(module: str, source: str) -> str:
    exported = ", ".join(_EXPORT.findall(source))
    body = _linked(_EXPORT.sub("", source))
    if other := _OTHER.search(body):
        raise ValueError(f"{module}: {other[0]}")
    return f"const {_variable(module)} = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();"


def _linked(source: str) -> str:
    """Return a module that takes what it imports from the variables of the others."""
    return _IMPORT.sub(
        lambda line: f"const {{{line[1].replace(' as ', ': ')}}} = {_variable(line[2])};", source
    )


def _variable(module: str) -> str:
    return "m_" + re.sub(r"\W", "_", module.removesuffix(".js"))
