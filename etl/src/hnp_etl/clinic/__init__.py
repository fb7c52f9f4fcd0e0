"""Back to the clinic: what a model says, as DICOM beside the images it is about."""
