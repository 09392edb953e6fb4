"""The ``Plural-Forms`` of a catalog, made from CLDR's plural rules.

gettext counts whole things only. CLDR's rules also part decimal fractions and compact numbers
(“1.2 millions”), and some categories are for those alone: they get no form here.
"""

from __future__ import annotations

import re
from typing import Any

from babel.core import Locale

from translations.locales import cldr_locale

CATEGORIES = ("zero", "one", "two", "few", "many", "other")
"""CLDR's categories in CLDR's order, which is that of the forms in a catalog."""

TELLING = (*range(1002), *range(10**6 - 1, 10**6 + 2), 2 * 10**6)
"""Whole numbers among which every category that whole numbers have occurs."""

_WHOLE = frozenset("ni")
_ABSENT = frozenset("vwftce")
"""Operands that are 0 for a whole number: its fraction's digits, its compact exponent."""

_EQUATION = re.compile(r"n(?: % \d+)? == \d+")

_Condition = str | bool


def plural_forms(tag: str) -> str:
    """``nplurals=…; plural=…;`` of ``tag``: a form for each category that whole numbers have.

    A language that CLDR does not know is taken to count as English does.
    """
    rule = (cldr_locale(tag) or Locale("en")).plural_form
    used = [name for name in CATEGORIES if name in {rule(n) for n in TELLING}]
    conditions = dict(rule.abstract)
    written = str(len(used) - 1)
    for form in reversed(range(len(used) - 1)):
        condition = _written(conditions[used[form]])
        written = f"{condition} ? {form} : {written}"
    return f"nplurals={len(used)}; plural={f'({written})' if len(used) > 1 else written};"


def _written(node: Any) -> _Condition:
    """A condition of :class:`PluralRule` in C, or what it always is for whole numbers."""
    operator, arguments = node
    match operator, arguments:
        case "and", (left, right):
            return _joined("&&", True, _written(left), _written(right))
        case "or", (left, right):
            return _joined("||", False, _written(left), _written(right))
        case "not", (inner,):
            return _denied(_written(inner))
        case "relation", (_, left, (_, ranges)):
            number = _number(left)
            within = [(low[1][0], high[1][0]) for low, high in ranges]
            if isinstance(number, int):
                return any(low <= number <= high for low, high in within)
            return " || ".join(_within(number, *ends) for ends in within)
    raise ValueError(f"CLDR's plural rules have a new operator: {operator}")


def _denied(condition: _Condition) -> _Condition:
    if isinstance(condition, bool):
        return not condition
    if _EQUATION.fullmatch(condition):
        return condition.replace("==", "!=")
    return f"!({condition})"


def _number(node: Any) -> str | int:
    match node:
        case (operand, ()) if operand in _WHOLE:
            return "n"
        case (operand, ()) if operand in _ABSENT:
            return 0
        case ("mod", (operand, (_, (divisor,)))):
            number = _number(operand)
            return number % divisor if isinstance(number, int) else f"{number} % {divisor}"
    raise ValueError(f"CLDR's plural rules have a new operand: {node[0]}")


def _within(number: str, low: int, high: int) -> str:
    return f"{number} == {low}" if low == high else f"{number} >= {low} && {number} <= {high}"


def _joined(operator: str, neutral: bool, left: _Condition, right: _Condition) -> _Condition:
    """``left && right`` or ``left || right``, of which ``neutral`` changes nothing."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, bool):
            return other if one == neutral else one
    return f" {operator} ".join(_grouped(str(one), operator) for one in (left, right))


def _grouped(condition: str, operator: str) -> str:
    other = {"&&": "||", "||": "&&"}[operator]
    return f"({condition})" if f" {other} " in condition else condition
