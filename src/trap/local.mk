# SPDX-License-Identifier: GPL-2.0-only
libpooltop_a_SOURCES += \
	src/trap/lost_task.c \
	src/trap/queue_lock_lost.c \
	src/trap/respawn_loop.c \
	src/trap/task_failed.c \
	src/trap/trap.c \
	src/trap/trap.h \
	src/trap/words.c \
	src/trap/words.h \
	src/trap/worker_died.c
