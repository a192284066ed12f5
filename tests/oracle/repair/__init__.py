"""Random drifts of a real database, and what Restamp's plans make of them; see ../repairs.py."""
