"""Networks that outline discs, annulus, nucleus and sac: fitted, tried, and asked for masks."""
