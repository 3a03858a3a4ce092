# SPDX-License-Identifier: GPL-2.0-only
EXTRA_DIST += tests/run tests/house/run_test.py
EXTRA_DIST += tests/pools/sample.py
