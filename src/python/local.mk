# SPDX-License-Identifier: GPL-2.0-only
libpooltop_a_SOURCES += \
	src/python/elf_file.c src/python/elf_file.h \
	src/python/image.c src/python/image.h \
	src/python/search.c src/python/search.h \
	src/python/version.c src/python/version.h
