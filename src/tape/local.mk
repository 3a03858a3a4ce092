# SPDX-License-Identifier: GPL-2.0-only
libpooltop_a_SOURCES += \
	src/tape/base.c \
	src/tape/base.h \
	src/tape/gap.h \
	src/tape/kinds.c \
	src/tape/kinds.h \
	src/tape/load.c \
	src/tape/load.h \
	src/tape/notes.c \
	src/tape/notes.h \
	src/tape/notes_schema.h \
	src/tape/predict.c \
	src/tape/predict.h \
	src/tape/recorder.c \
	src/tape/recorder.h \
	src/tape/rollback.c \
	src/tape/rollback.h \
	src/tape/row.c \
	src/tape/row.h \
	src/tape/segment.c \
	src/tape/segment.h \
	src/tape/segment_coding.h \
	src/tape/segment_pack.c \
	src/tape/segment_unpack.c \
	src/tape/sqlite_path.h \
	src/tape/store.c \
	src/tape/store.h \
	src/tape/stream.h \
	src/tape/stream_reader.c \
	src/tape/stream_writer.c \
	src/tape/tape_reader.c \
	src/tape/tape_reader.h \
	src/tape/tape_writer.c \
	src/tape/tape_writer.h \
	src/tape/trim.c \
	src/tape/trim.h
