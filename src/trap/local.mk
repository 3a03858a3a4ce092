# SPDX-License-Identifier: GPL-2.0-only
libpooltop_a_SOURCES += \
	src/trap/broken_pool.c \
	src/trap/chunk_too_large.c \
	src/trap/chunk_too_small.c \
	src/trap/fork_with_threads.c \
	src/trap/hidden_io.c \
	src/trap/lost_task.c \
	src/trap/main_rerun.c \
	src/trap/one_core.c \
	src/trap/oversubscribed.c \
	src/trap/pickle_heavy.c \
	src/trap/queue_lock_lost.c \
	src/trap/repeated_payload.c \
	src/trap/respawn_loop.c \
	src/trap/result_handler_died.c \
	src/trap/result_unpicklable.c \
	src/trap/slow_start.c \
	src/trap/start_stuck.c \
	src/trap/starts.c \
	src/trap/starts.h \
	src/trap/task_failed.c \
	src/trap/task_unpicklable.c \
	src/trap/trap.c \
	src/trap/trap.h \
	src/trap/unpickle_failed.c \
	src/trap/words.c \
	src/trap/words.h \
	src/trap/words_start.c \
	src/trap/worker_died.c
