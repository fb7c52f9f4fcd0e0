"""Hospital folders of DICOM and JSON labels to one data set: manifest, ledger and shards."""

__version__ = "0.1.0"
