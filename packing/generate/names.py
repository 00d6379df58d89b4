"""Names of all sorts that the file format accepts: what is plain in a file may be markup, mathematics or a formula elsewhere."""

from __future__ import annotations

from packing.generate.choose import Chooser

LONGEST = 200
"""Characters of a name, at most (`packing.domain.fields.Name`)."""

PLAIN = "{}"
ODD = (
    "Straße {} in Ærøskøbing",
    "模型-{}",
    "דגם {}",  # from right to left
    "e\N{COMBINING ACUTE ACCENT}{} \N{LLAMA}",  # characters that are not one code point, or not one column wide
    "{} $x_1^2$",  # mathematics of a chart
    "{} 100%s %(name)s",
    "[bold]{}[/] {{0}}",  # markup of a terminal, and a place in a format
    '{} "it\'s" <b>&amp;</b>',
    "{}: [yes, no] # 1",  # YAML
    "=1+{}|,;\\n",  # a formula of a spreadsheet, and separators
    "{:x<200}",  # as long as a name may be
)
"""Forms of names; each keeps what is put into it, so that distinct things stay distinct."""


def draw_name(chooser: Chooser, plain: str, percent: int = 12) -> str:
    """The name as it is, or, in `percent` of 100 cases, in one of the odd forms."""
    form = chooser.pick(ODD) if chooser.chance(percent) else PLAIN
    return form.format(plain)
