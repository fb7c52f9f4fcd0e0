"""DICOM headers: elements found in bytes, and their values. Pure."""
