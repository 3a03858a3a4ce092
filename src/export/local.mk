# SPDX-License-Identifier: GPL-2.0-only
libpooltop_a_SOURCES += \
	src/export/check.c src/export/check.h \
	src/export/csv.c \
	src/export/facts.c src/export/facts.h \
	src/export/folded.c \
	src/export/format.c src/export/format.h \
	src/export/jout.c src/export/jout.h \
	src/export/json.h src/export/json_hot.c src/export/json_pool.c src/export/json_stack.c \
	src/export/json_queue.c src/export/json_stall.c src/export/json_start.c \
	src/export/json_worker.c \
	src/export/jsonl.c \
	src/export/list.c src/export/list.h \
	src/export/metrics.c src/export/metrics.h src/export/metrics_pool.c \
	src/export/metrics_session.c \
	src/export/page.c src/export/page.h \
	src/export/perfetto.c \
	src/export/report.h src/export/report_json.c src/export/report_text.c \
	src/export/stack.h src/export/stack_json.c src/export/stack_text.c \
	src/export/task_fields.c \
	src/export/text.h src/export/text_hot.c src/export/text_pool.c src/export/text_queue.c \
	src/export/text_session.c \
	src/export/text_stack.c src/export/text_stall.c src/export/text_trouble.c \
	src/export/text_worker.c
