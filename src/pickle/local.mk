# SPDX-License-Identifier: GPL-2.0-only
libpooltop_a_SOURCES += \
	src/pickle/billiard.c \
	src/pickle/cursor.c src/pickle/cursor.h \
	src/pickle/dill.c src/pickle/dill.h \
	src/pickle/executor.c \
	src/pickle/failure.c \
	src/pickle/items.c \
	src/pickle/machine.h \
	src/pickle/name.c \
	src/pickle/name.h \
	src/pickle/op.c \
	src/pickle/op.h \
	src/pickle/peek.c \
	src/pickle/pickle.h \
	src/pickle/pieces.c \
	src/pickle/pieces.h \
	src/pickle/push.c \
	src/pickle/read.c \
	src/pickle/reader.h \
	src/pickle/stack.c \
	src/pickle/tail.c \
	src/pickle/task.c \
	src/pickle/traceback.c
