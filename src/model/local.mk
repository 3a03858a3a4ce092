# SPDX-License-Identifier: GPL-2.0-only
libpooltop_a_SOURCES += \
	src/model/apply.c \
	src/model/change.h \
	src/model/copy.c \
	src/model/cpu.c \
	src/model/employ.c \
	src/model/end.c \
	src/model/event.c \
	src/model/failure.c \
	src/model/func.c \
	src/model/inside.h \
	src/model/items.c \
	src/model/job.c \
	src/model/load.c \
	src/model/lost.c \
	src/model/message.c \
	src/model/model.c \
	src/model/model.h \
	src/model/names.c \
	src/model/pace.c \
	src/model/pace.h \
	src/model/pending.c \
	src/model/pipe.c \
	src/model/plain.c \
	src/model/pool.c \
	src/model/queue.c \
	src/model/proc.c \
	src/model/reader.c \
	src/model/slow.c \
	src/model/stack.c \
	src/model/stderr.c \
	src/model/task.c \
	src/model/text.c \
	src/model/tick.c \
	src/model/vec.c \
	src/model/work.c \
	src/model/worker.c
