#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
"""--exact once, of what exact_test.py does at length: what a slow __setstate__ costs is measured,
to a fiftieth of what the workers say."""
import sys

import exact_test
import harness

if __name__ == "__main__":
    sys.exit(harness.main([("setstate, exact", lambda case: exact_test.against_itself(
        case, "setstate", ["--exact"], exact_test.EXACT, ["--tasks", 5]), 280)]))
