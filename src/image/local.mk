# SPDX-License-Identifier: GPL-2.0-only
libpooltop_a_SOURCES += \
	src/image/code.h \
	src/image/decode.c \
	src/image/encode.c \
	src/image/image.h \
	src/image/shape.h \
	src/image/shape_frame.c \
	src/image/shape_model.c \
	src/image/shape_pace.c \
	src/image/shape_pool.c \
	src/image/shape_proc.c \
	src/image/shape_trouble.c \
	src/image/shape_worker.c \
	src/image/shapes.c \
	src/image/sound.c \
	src/image/sound.h
