# SPDX-License-Identifier: GPL-2.0-only
# What watching costs: BENCH_ARGS=--quick gives a hint in a minute, and --help says the rest.
EXTRA_DIST += tests/bench/bench.py tests/bench/rivals.py tests/bench/everything.py \
	tests/bench/counted.py \
	tests/bench/screens.py tests/bench/windows.py

# Writes recordings of any length in no time.
EXTRA_PROGRAMS = tests/bench/hour
tests_bench_hour_SOURCES = tests/bench/hour.c
tests_bench_hour_LDADD = libsupport.a libpooltop.a $(CORE_LIBS) -lm
EXTRA_PROGRAMS += tests/bench/seek
tests_bench_seek_SOURCES = tests/bench/seek.c
tests_bench_seek_LDADD = libpooltop.a $(CORE_LIBS) -lm
CLEANFILES += tests/bench/hour$(EXEEXT) tests/bench/seek$(EXEEXT)

bench: pooltop$(EXEEXT) tests/bench/hour$(EXEEXT) tests/bench/seek$(EXEEXT)
	POOLTOP=$(abs_builddir)/pooltop$(EXEEXT) POOLTOP_SRC=$(abs_srcdir) \
		POOLTOP_HOUR=$(abs_builddir)/tests/bench/hour$(EXEEXT) \
		POOLTOP_SEEK=$(abs_builddir)/tests/bench/seek$(EXEEXT) \
		python3 $(srcdir)/tests/bench/bench.py $(BENCH_ARGS)

.PHONY: bench
