# SPDX-License-Identifier: GPL-2.0-only
# What watching costs: BENCH_ARGS=--quick gives a hint in a minute, and --help says the rest.
EXTRA_DIST += tests/bench/bench.py tests/bench/rivals.py

bench: pooltop$(EXEEXT)
	POOLTOP=$(abs_builddir)/pooltop$(EXEEXT) POOLTOP_SRC=$(abs_srcdir) \
		python3 $(srcdir)/tests/bench/bench.py $(BENCH_ARGS)

.PHONY: bench
