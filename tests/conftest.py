"""What all tests share: files they make are their own, as the key of a careful user is."""

import os

os.umask(0o077)  # a key that others may read is refused
