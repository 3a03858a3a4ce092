# SPDX-License-Identifier: GPL-2.0-only
libpooltop_a_SOURCES += \
	src/pool/billiard.c \
	src/pool/bond.c \
	src/pool/classify.c \
	src/pool/classify.h \
	src/pool/dataloader.c \
	src/pool/departed.c \
	src/pool/ending.c \
	src/pool/ends.c \
	src/pool/evidence.c \
	src/pool/executor.c \
	src/pool/fit.c \
	src/pool/guess.c \
	src/pool/inside.h \
	src/pool/kind.c \
	src/pool/kind.h \
	src/pool/mixed.c \
	src/pool/mp_pool.c \
	src/pool/own.c \
	src/pool/plain.c \
	src/pool/process.c \
	src/pool/staff.c \
	src/pool/stall.c src/pool/stall.h \
	src/pool/stall_before.c \
	src/pool/stall_fork.c \
	src/pool/stall_lock.c \
	src/pool/stall_lost.c \
	src/pool/stall_pipe.c \
	src/pool/stall_reader.c \
	src/pool/stall_start.c \
	src/pool/stall_straggler.c \
	src/pool/state.c \
	src/pool/suspect.c
