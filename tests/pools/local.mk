# SPDX-License-Identifier: GPL-2.0-only
EXTRA_DIST += \
	tests/pools/busy.py \
	tests/pools/counts.py \
	tests/pools/ends.py \
	tests/pools/healthy.py \
	tests/pools/idle.py \
	tests/pools/killer.py \
	tests/pools/kills.py \
	tests/pools/last.py \
	tests/pools/recycle.py \
	tests/pools/short.py \
	tests/pools/truth.py
