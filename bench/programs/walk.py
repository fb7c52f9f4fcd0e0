"""Goes through what a build's walk yields and keeps nothing."""

import sys
from collections import deque
from pathlib import Path

from hnp_etl.walking.walk import walk

if __name__ == "__main__":
    deque(walk([Path(sys.argv[1])]), maxlen=0)
