"""What train says of label codes that are to be learned, and what a fit has to say of them."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from hnp_model.data.label_codes import UNKNOWN_CODE, codes_in, index_codes, usual_order
from hnp_model.data.slices import Slices, Strings
from hnp_model.settings.codes import CodeTarget
from hnp_model.settings.fit import FitSettings
from hnp_shared.counted import counted
from hnp_shared.errors import InputError
from hnp_shared.splits import PARTS

Numbers = npt.NDArray[np.float32]


def settle_codes(
    settings: FitSettings, slices: Slices, train: Slices, meanings: Mapping[str, str] | None
) -> FitSettings:
    """Return settings that name the codes of train, in their order; as they are without codes.

    Args:
        settings: of the fit.
        slices: of the whole data set, by which codes are put in order.
        train: those that are learned from.
        meanings: code -> what the recipe makes of it.

    Raises:
        InputError: train has slices without a code, one code alone, codes of one meaning, or such
            as the order or the recipe lacks.
    """
    if settings.codes is None:
        return settings
    codes = settings.codes
    patient = _meanings(slices, meanings or {})
    order = list(codes.order or usual_order(list(patient), patient))
    _refuse_strange(order, patient, train)
    found = index_codes(_texts(train), order)
    counts = np.bincount(found, minlength=len(order))
    learned = [index for index, count in enumerate(counts) if count]
    classes = tuple(order[index] for index in learned)
    means = tuple(patient[code] for code in classes)
    if len(set(means)) < 2:
        raise InputError(
            f"train has {counted(len(classes), 'code')} ({', '.join(classes)}) of one meaning, "
            "expected for --target code some that mean normal and some that mean patient"
        )
    settled = replace(
        codes, classes=classes, patient=means, counts=tuple(int(counts[one]) for one in learned)
    )
    return replace(settings, codes=settled)


def targets_of(codes: CodeTarget, slices: Slices) -> Numbers:
    """Return what is learned of slices, (slice, code): 1 at the slice's own, else 0."""
    found = index_codes(_texts(slices), codes.classes)
    own = found[:, None] == np.arange(len(codes.classes))
    return np.asarray(own, dtype=np.float32)


def remarks_on_codes(settings: FitSettings, slices: Slices, parts: Strings) -> tuple[str, ...]:
    """Return what a user should know of the codes that were learned."""
    codes = settings.codes
    if codes is None:
        return ()
    means = zip(codes.classes, codes.patient, codes.counts, strict=True)
    told = ", ".join(
        f"{code} ({'patient' if patient else 'normal'}, {count:,})"
        for code, patient, count in means
    )
    remarks = [f"codes in their order (meaning, slices of train): {told}"]
    found = index_codes(_texts(slices), codes.classes)
    for part in PARTS[1:]:
        out = int(np.count_nonzero((found == UNKNOWN_CODE) & (parts == part)))
        if out:
            remarks.append(
                f"{counted(out, 'slice')} of {part} with a code that train lacks: left out of "
                "figures by code, not of others"
            )
    known = found != UNKNOWN_CODE
    otherwise = np.array(codes.patient)[found] != slices.is_patient
    if count := int(np.count_nonzero(otherwise & known)):
        verb = "is" if count == 1 else "are"
        remarks.append(
            f"{counted(count, 'slice')} {verb} no patient by a code that means one, or the "
            "reverse: figures by code follow the code, all others is_patient"
        )
    return tuple(remarks)


def _meanings(slices: Slices, meanings: Mapping[str, str]) -> dict[str, bool]:
    """Return code -> whether it means a patient, by the recipe or else by all of its slices."""
    texts = _texts(slices)
    found = {}
    for code in codes_in(texts):
        if code in meanings:
            found[code] = meanings[code] == "patient"
            continue
        said = np.unique(slices.is_patient[index_codes(texts, [code]) != UNKNOWN_CODE])
        if said.size != 1:
            raise InputError(
                f"found code {code!r}, whose meaning neither the data set's recipe nor its slices "
                "tell, expected it among [label.codes]"
            )
        found[code] = bool(said[0])
    return found


def _refuse_strange(order: list[str], patient: Mapping[str, bool], train: Slices) -> None:
    texts = _texts(train)
    without = int(np.count_nonzero(texts == ""))
    if without:
        raise InputError(
            f"found {without:,} of {counted(texts.size, 'slice')} of train without label_code, "
            "expected for --target code one of each"
        )
    here = codes_in(texts)
    lacking = [code for code in here if code not in order]
    unheard = [code for code in order if code not in patient]
    if lacking or unheard:
        said = f"lacks {lacking[0]!r}" if lacking else f"names {unheard[0]!r}"
        raise InputError(
            f"--code-order {said}, expected each code of train ({', '.join(here)}) and no strangers"
        )


def _texts(slices: Slices) -> Strings:
    return np.full(len(slices), "") if slices.label_code is None else slices.label_code
