# SPDX-License-Identifier: GPL-2.0-only
# What watching costs: BENCH_ARGS=--quick gives a hint in a minute, and --help says the rest.
EXTRA_DIST += tests/bench/bench.py tests/bench/rivals.py tests/bench/everything.py \
	tests/bench/counted.py tests/bench/limits.py tests/bench/sizes.py \
	tests/bench/screens.py tests/bench/memory.py tests/bench/windows.py

# Writes recordings of any length in no time.
EXTRA_PROGRAMS = tests/bench/hour
tests_bench_hour_SOURCES = tests/bench/hour.c
tests_bench_hour_LDADD = libsupport.a libpooltop.a $(CORE_LIBS) -lm
EXTRA_PROGRAMS += tests/bench/seek
tests_bench_seek_SOURCES = tests/bench/seek.c
tests_bench_seek_LDADD = libpooltop.a $(CORE_LIBS) -lm
EXTRA_PROGRAMS += tests/bench/calls
tests_bench_calls_SOURCES = tests/bench/calls.c
EXTRA_PROGRAMS += tests/bench/empty
tests_bench_empty_SOURCES = tests/bench/empty.c
tests_bench_empty_LDADD = $(LIVE_LIBS)
EXTRA_PROGRAMS += tests/bench/spin.so
tests_bench_spin_so_SOURCES = tests/bench/spin.c
tests_bench_spin_so_CFLAGS = $(AM_CFLAGS) -fPIC
tests_bench_spin_so_LDFLAGS = -shared
tests_bench_spin_so_LDADD = -ldl
bench_tools = tests/bench/hour$(EXEEXT) tests/bench/seek$(EXEEXT) tests/bench/calls$(EXEEXT) \
	tests/bench/empty$(EXEEXT) tests/bench/spin.so$(EXEEXT)
CLEANFILES += $(bench_tools)

bench: pooltop$(EXEEXT) $(bench_tools)
	POOLTOP=$(abs_builddir)/pooltop$(EXEEXT) POOLTOP_SRC=$(abs_srcdir) \
		POOLTOP_HOUR=$(abs_builddir)/tests/bench/hour$(EXEEXT) \
		POOLTOP_SEEK=$(abs_builddir)/tests/bench/seek$(EXEEXT) \
		POOLTOP_CALLS=$(abs_builddir)/tests/bench/calls$(EXEEXT) \
		POOLTOP_EMPTY=$(abs_builddir)/tests/bench/empty$(EXEEXT) \
		POOLTOP_SPIN=$(abs_builddir)/tests/bench/spin.so$(EXEEXT) \
		python3 $(srcdir)/tests/bench/bench.py $(BENCH_ARGS)

.PHONY: bench
