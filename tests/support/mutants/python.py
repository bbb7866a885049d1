"""Mutants of a Python module, by the operators of cosmic-ray."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from tests.support.mutants.mutant import Mutant, Site, draw, group

#: Replacements that change nothing where one of two is compared by identity: enumerations, None.
_EQUAL = ("_Is_Eq", "_IsNot_NotEq", "_Eq_Is", "_NotEq_IsNot")

#: Where a star multiplies nothing, by parso's names.
_STARRED = ("parameters", "lambdef")


def sites(text: str) -> list[Site]:
    """Where the module's text can be changed.

    Annotations are left out, since nothing evaluates them, and what ``@dataclass`` is given, since ``frozen`` and
    ``slots`` are habits that mypy keeps and not behaviour.
    """
    never = _left_out(text)
    found: dict[tuple[int, int], list[tuple[str, int]]] = defaultdict(list)
    nodes = list(ast_nodes(get_ast(text)))
    for name in operator_names():
        operator = get_operator(name)
        if operator.arguments() or name.endswith(_EQUAL):
            continue  # those with arguments replace variables by others that are to be named: not for a sample
        places = (at for node in nodes for at in operator().mutation_positions(node))
        for occurrence, (start, _end) in enumerate(places):
            if not any(first <= start < last for first, last in never):
                found[start].append((name, occurrence))
    return group(found)


def _left_out(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The spans that are never changed, as ``(line, column)`` of both ends."""
    spans = []
    for node in ast.walk(ast.parse(text)):
        parts = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.ClassDef):
            parts += [call for call in node.decorator_list if isinstance(call, ast.Call)]
        for part in parts:
            if isinstance(part, ast.expr) and part.end_lineno is not None and part.end_col_offset is not None:
                spans.append(((part.lineno, part.col_offset), (part.end_lineno, part.end_col_offset)))
    return spans


def _stars(text: str) -> Iterator[tuple[int, int]]:
    """Where a star stands before parameters that must be named: cosmic-ray takes it for a sign of multiplication."""
    for node in ast_nodes(get_ast(text)):
        if node.type == "operator" and node.value == "*" and node.parent.type in _STARRED:
            yield node.start_pos


def mutants(path: PurePosixPath, text: str, count: int, seed: int) -> Iterator[Mutant]:
    """A sample of ``count`` mutants of the module at ``path``; fewer where one was drawn that is none."""
    stars = set(_stars(text))
    for site, kind, occurrence in draw(sites(text), count, f"{seed}:{path}"):
        if (site.line, site.column) in stars:
            continue
        try:
            changed = mutate_code(text, get_operator(kind)(), occurrence)
        except AttributeError:  # cosmic-ray's, of an exception among others that is written with a dot
            continue
        if changed is not None and changed != text:
            yield Mutant(path, site.line, kind.removeprefix("core/"), text, changed)
