"""Ranges of vertebrae in free text, as patterns: "C7 to T1", "T1_T6", "L1-S1".

T1 and T2 name vertebrae there, no weightings; the whole range names a region.
"""

_C, _L, _S = "c[1-8]", "l[1-6]", "s[1-5]"
_T = "(?:th?|d)(?:1[0-2]|[1-9])"
_T1_T2 = r"t[12](?!\d)"  # or weightings
_LOWER_T = "(?:th?|d)(?:1[0-2]|[3-9])"
_NO_WEIGHTING = f"(?:{_C}|{_LOWER_T})"

_TO = "(?:to|thru|through|until|till|bis|hasta|ate|tot)"
_WORD = f"(?:[ _]{{1,2}}(?:{_TO}|a|al|au|do|et|and)[ _]{{1,2}}(?:level )?|to)"
_DASH = " ?(?:-|–|~|->|…) ?"
_LINE = " ?[/_] ?"
_ANY = f"(?:{_DASH}|{_LINE}|{_WORD})"
_LAST = r"(?![_/-][ctls]\d)"  # "T2_T6_T12" is a T2 of T6 to T12

WITH_T1_OR_T2 = (
    f"{_NO_WEIGHTING}{_DASH}{_T}|{_T1_T2}{_DASH}{_T}{_LAST}"  # C7-T1, T1-T2
    # C1_T6, C7/T1, T1_T6; but C5_T2 is a T2 of one level
    f"|{_NO_WEIGHTING}{_LINE}{_LOWER_T}|{_T1_T2}{_LINE}{_LOWER_T}{_LAST}|{_C} ?/ ?{_T}|c7_t1"
    # C7 to T1, T1 to T6; but "T2 to T1" is a T2 down to T1, as is "T2 foramen magnum to T1"
    f"|{_NO_WEIGHTING}{_WORD}{_T}|{_T1_T2}{_WORD}{_LOWER_T}|t1 {_TO} t2|{_TO}[ _]{_T}"
)
"""What may hold a T1 or T2 that is no weighting."""

NECK_TO_LUMBAR = f"{_C}{_ANY}{_L}|{_C}(?:{_DASH}|{_WORD}){_S}"
TO_LUMBAR = (
    f"(?:{_T}|{_L}){_ANY}{_L}|(?:{_LOWER_T}|{_L}){_ANY}{_S}|{_TO}[ _](?:{_L}|{_S})"  # T12-L3, L1_S1
    f"|{_L} ?[/-]? ?[ls][1-5]?|{_L}[/-][1-6]"  # L5S1, L5-S, L4-5
)
UPPER = (
    f"{_C}{_ANY}(?:{_C}|{_T})|{_T}{_ANY}{_LOWER_T}|{_TO}[ _](?:{_C}|{_T})"  # C7/T1, T1_T6, to T1
    f"|foramen[ _]magnum|(?:{_C}|{_LOWER_T}) ?[/-] ?(?:1[0-2]|[1-9])"  # C3-7, T11/12
)
"""Of the neck and the chest."""
