"""Every transfer syntax, tried on a tiny picture as a build reads it."""

import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, MRImageStorage

from hnp_etl.dicom.syntaxes import DECODERS
from hnp_etl.doctor.finding import Finding, Weight
from hnp_etl.selftest.round_trips import SYNTAXES, round_trips
from hnp_shared.errors import HnpError

_DO = "pip install --force-reinstall hnp-etl, in an environment of its own"


def examine_decoders() -> Iterator[Finding]:
    """Yield a finding for each transfer syntax."""
    try:
        with tempfile.TemporaryDirectory(prefix="hnp-doctor-") as folder:
            for syntax, fault in round_trips(Path(folder), _template(), SYNTAXES):
                check = f"transfer syntax {syntax}"
                told = f"{UID(syntax).name.partition(',')[0]}, {DECODERS.get(syntax, 'plain')}"
                if fault:
                    yield Finding(check, Weight.FAULT, f"{told}: {fault}", _DO)
                else:
                    yield Finding(check, Weight.OK, told)
    except OSError as error:
        told = os.strerror(error.errno or errno.EIO)
        yield Finding("temporary folder", Weight.FAULT, told, "export TMPDIR=DIR with space")
    except HnpError as error:  # the process of the decoders cannot be started
        yield Finding("decoders", Weight.FAULT, str(error), _DO)


def _template() -> Dataset:
    """Return the header of an invented slice."""
    found = Dataset()
    found.SOPClassUID = MRImageStorage
    found.SOPInstanceUID = "1.2.826.0.1.3680043.8.498.1"
    found.Modality = "MR"
    found.SamplesPerPixel = 1
    found.PhotometricInterpretation = "MONOCHROME2"
    found.PixelRepresentation = 0
    found.file_meta = FileMetaDataset()
    found.file_meta.MediaStorageSOPClassUID = MRImageStorage
    found.file_meta.MediaStorageSOPInstanceUID = found.SOPInstanceUID
    return found
