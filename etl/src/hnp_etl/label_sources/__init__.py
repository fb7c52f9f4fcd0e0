"""Label files that hold many labels: each becomes entries, one per labelled image. Pure."""
