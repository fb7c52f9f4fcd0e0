"""Which maker a free text names, from a closed list: the text itself never passes."""

from hnp_shared.vocabulary import Vendor

_VENDORS = (
    ("siemens", Vendor.SIEMENS),
    ("philips", Vendor.PHILIPS),
    ("ge medical", Vendor.GE),
    ("ge healthcare", Vendor.GE),
    ("general electric", Vendor.GE),
    ("toshiba", Vendor.CANON),
    ("canon", Vendor.CANON),
    ("hitachi", Vendor.HITACHI),
    ("fujifilm", Vendor.FUJIFILM),
    ("uih", Vendor.UNITED_IMAGING),
    ("united imaging", Vendor.UNITED_IMAGING),
    ("esaote", Vendor.ESAOTE),
    ("bruker", Vendor.BRUKER),
    ("samsung", Vendor.SAMSUNG),
    ("neusoft", Vendor.NEUSOFT),
    ("mindray", Vendor.MINDRAY),
)


def vendor_of(manufacturer: str) -> str | None:
    """Return who made the scanner; None without a word."""
    if not manufacturer:
        return None
    lowered = manufacturer.casefold()
    hits = (vendor for word, vendor in _VENDORS if word in lowered)
    return str(next(hits, Vendor.GE if lowered.split()[0] == "ge" else Vendor.OTHER))
