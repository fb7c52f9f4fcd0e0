"""A data set as people look at it: contact sheets, and a report in one file."""
