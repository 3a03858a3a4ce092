# SPDX-License-Identifier: GPL-2.0-only
libpooltop_a_SOURCES += \
	src/python/codes.c src/python/codes.h \
	src/python/elf_file.c src/python/elf_file.h \
	src/python/hexversion.c src/python/hexversion.h \
	src/python/image.c src/python/image.h \
	src/python/interp.c src/python/interp.h \
	src/python/layout.h src/python/layout_row.c src/python/layout_table.c \
	src/python/lines.c src/python/lines.h \
	src/python/locals.c src/python/locals.h \
	src/python/memory.c src/python/memory.h \
	src/python/methods.c src/python/methods.h \
	src/python/modname.c src/python/modname.h \
	src/python/reader.c src/python/reader.h \
	src/python/search.c src/python/search.h \
	src/python/states.c src/python/states.h \
	src/python/still.c src/python/still.h \
	src/python/str.c src/python/str.h \
	src/python/task.c src/python/task.h \
	src/python/version.c src/python/version.h \
	src/python/walk.c src/python/walk.h
