"""One text for dumps that hold the same schema."""

import hashlib
import re

# Comments name versions of the server; the keys of \restrict are random.
NOISE = re.compile(r"^(--.*|\\(un)?restrict \S+|)$")


def normal(dump):
    return "\n".join(line for line in dump.splitlines() if not NOISE.match(line)) + "\n"


def digest(dump):
    return hashlib.sha256(normal(dump).encode()).hexdigest()[:16]
