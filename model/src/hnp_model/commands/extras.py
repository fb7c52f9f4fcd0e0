"""What a command says when an extra is not installed; the other program says it the same way."""

from hnp_shared.extras import needing

__all__ = ["needing"]
