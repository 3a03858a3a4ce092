# SPDX-License-Identifier: GPL-2.0-only
EXTRA_DIST += \
	tests/house/completions_test.py \
	tests/house/dist_test.py \
	tests/house/fuzz.sh \
	tests/house/house.py \
	tests/house/objects_test.py \
	tests/house/rooms_test.py \
	tests/house/run_test.py \
	tests/house/shapes_test.py \
	tests/house/static.py \
	tests/house/style_test.py \
	tests/pools/sample.py
