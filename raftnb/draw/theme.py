"""The colors of pictures, on light paper and on dark.

They are Okabe and Ito's, which color-blind readers tell apart; a color never carries a meaning
alone, so a second mark (a dash, a sign, a word) goes with it.

A picture has no paper of its own. Its elements have the colors for light paper, which every program
understands; where the page around it is dark, a style sheet inside the picture puts other colors
in their place. Words have a halo in the color of the paper, so that they can be read across lines,
and on a page whose color the picture is not told.
"""

from __future__ import annotations

BLACK = "#000000"
ORANGE = "#e69f00"
SKY = "#56b4e9"
GREEN = "#009e73"
YELLOW = "#f0e442"
BLUE = "#0072b2"
RED = "#d55e00"
PINK = "#cc79a7"
GRAY = "#767676"
PALE = "#d9d9d9"
WHITE = "#ffffff"
LEAF = "#00684c"
RUST = "#b04a00"
ICE = "#e4f0f8"
PEACH = "#fbe3d6"
SAND = "#f4ecd8"

NIGHT, MOON = "#131416", "#eeeeee"
"""Dark paper, and what is written on it."""
WORDS = {GRAY: "#a3a3a3", BLUE: "#7cc4f0", RUST: "#ff8a3d", LEAF: "#3ccfa2"}
AREAS = {
    BLACK: MOON,
    WHITE: NIGHT,
    SKY: "#1f5f86",
    YELLOW: "#66601a",
    PINK: "#7d4566",
    ORANGE: "#835a00",
    PALE: "#4a4a4a",
    ICE: "#173a50",
    PEACH: "#54270f",
    SAND: "#2e2a1c",
}
LINES = {BLACK: "#c8c8c8", PALE: "#4a4a4a", BLUE: "#3d95cf"}
"""What stands for a color on dark paper: of words, of areas, of lines. Others stay as they are."""

HALO = (
    "@supports (paint-order:stroke){.raftnb text:not(.inside)"
    "{paint-order:stroke;stroke:%s;stroke-width:3px;stroke-linejoin:round}}"
)


def style_sheet(drawn: str) -> str:
    """The style sheet of a picture: the halo of its words, and its colors on dark paper.

    `drawn` is the picture's text; only the colors in it are told. Words of the class `inside`
    stand on an area of the picture and have no halo.
    """
    rules = [f".raftnb text{{fill:{MOON}}}"]
    for kind, colors in (("[fill", AREAS), ("text[fill", WORDS), ("[stroke", LINES)):
        name = kind.split("[")[1]
        for light, dark in colors.items():
            if f'{name}="{light}"' in drawn:
                rules.append(f'.raftnb {kind}="{light}"]{{{name}:{dark}}}')
    dark = "".join([*rules, HALO % NIGHT])
    return f"{HALO % WHITE}@media (prefers-color-scheme:dark){{{dark}}}"


__all__ = [
    "BLACK",
    "BLUE",
    "GRAY",
    "GREEN",
    "ICE",
    "LEAF",
    "ORANGE",
    "PALE",
    "PEACH",
    "PINK",
    "RED",
    "RUST",
    "SAND",
    "SKY",
    "WHITE",
    "YELLOW",
    "style_sheet",
]
