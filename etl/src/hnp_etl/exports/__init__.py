"""A data set in the forms that other libraries read: the same slices, no pixel changed."""
