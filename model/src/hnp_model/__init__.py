"""From a data set to a trained, evaluated herniation model; knows nothing of DICOM."""

__version__ = "0.1.0"
