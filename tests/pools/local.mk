# SPDX-License-Identifier: GPL-2.0-only
EXTRA_DIST += \
	tests/pools/busy.py \
	tests/pools/counts.py \
	tests/pools/ends.py \
	tests/pools/healthy.py \
	tests/pools/idle.py \
	tests/pools/killer.py \
	tests/pools/kills.py \
	tests/pools/kind_billiard.py \
	tests/pools/kind_celery.py \
	tests/pools/kind_executor.py \
	tests/pools/kind_joblib.py \
	tests/pools/kind_loader.py \
	tests/pools/kind_loky.py \
	tests/pools/kind_pool.py \
	tests/pools/kind_process.py \
	tests/pools/last.py \
	tests/pools/mixed.py \
	tests/pools/recycle.py \
	tests/pools/shape_loop.py \
	tests/pools/shape_nested.py \
	tests/pools/shape_several.py \
	tests/pools/shape_threads.py \
	tests/pools/short.py \
	tests/pools/tally.py \
	tests/pools/truth.py
