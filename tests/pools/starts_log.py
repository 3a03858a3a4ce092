# SPDX-License-Identifier: GPL-2.0-only
"""What the pieces of starts.py share: how they cost time, and where they say what they took."""
import json
import os
import time

import truth

now_ns = truth.now_ns
NESTED = os.environ.get("STARTS_NESTED") == "1"


def cost(seconds):
    if os.environ.get("STARTS_HOW") != "burn":
        time.sleep(seconds)
        return
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def say(**facts):
    """One line, which is written at once."""
    facts["pid"] = os.getpid()
    fd = os.open(os.environ["STARTS_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.write(fd, (json.dumps(facts) + "\n").encode())
    os.close(fd)
