# SPDX-License-Identifier: GPL-2.0-only
EXTRA_DIST += tests/kernels/init tests/kernels/kernels.py

if LIVE
EXTRA_PROGRAMS += tests/kernels/load
tests_kernels_load_SOURCES = tests/kernels/load.c
tests_kernels_load_LDADD = liblive.a libpooltop.a $(CORE_LIBS) $(LIVE_LIBS) -lm
tests_kernels_load_LDFLAGS = -Wl,--wrap=libbpf_set_print
CLEANFILES += tests/kernels/load$(EXEEXT)
endif

# Other kernels, booted in an emulator: POOLTOP_KERNELS is a folder of images, else Debian's are
# fetched. Some minutes each.
check-kernels: pooltop$(EXEEXT) static/pooltop tests/kernels/load$(EXEEXT)
	POOLTOP_SRC=$(abs_top_srcdir) POOLTOP_BUILD=. POOLTOP=$(abs_builddir)/pooltop \
		$(top_srcdir)/tests/kernels/kernels.py

.PHONY: check-kernels
