"""How names are compared, whatever a spreadsheet or a hand made of them: fields, discs, codes.

Pure.
"""

import re
import unicodedata

# Hyphens, dashes and minus, wave dash and tilde operator; NFKC makes `-` or `~` of the wide ones.
APART = re.compile(r"[\s_/~\-\u2010-\u2015\u2212\u223c\u301c]+")
"""What stands between the parts of a name and means nothing."""


def bare_text(text: str) -> str:
    """Return a text plain (NFKC), without case, and without what `APART` says.

    >>> bare_text("L4–5"), bare_text("Ｌ４～５"), bare_text("L5 / S1")
    ('l45', 'l45', 'l5s1')
    """
    return APART.sub("", unicodedata.normalize("NFKC", text).strip().casefold())
