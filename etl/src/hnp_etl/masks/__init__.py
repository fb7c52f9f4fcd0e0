"""Masks of readers and other programs, laid over the slices of a data set; and back to DICOM."""
