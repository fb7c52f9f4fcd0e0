"""What all tests share: files they make are their own, as the key of a careful user is."""

import os

os.umask(0o077)  # a key that others may read is refused

# Tests run one a core; a library that starts a thread a core more makes them wait for each other.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
