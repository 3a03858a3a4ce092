# SPDX-License-Identifier: GPL-2.0-only
liblive_a_SOURCES += \
	src/live/budget.c src/live/budget.h \
	src/live/codebook.c src/live/codebook.h \
	src/live/counting.c src/live/counting.h \
	src/live/departed.c src/live/departed.h \
	src/live/discover.c \
	src/live/ends.c src/live/ends.h \
	src/live/eval_part.c src/live/eval_part.h \
	src/live/events.c \
	src/live/exact.c \
	src/live/exact_probes.c src/live/exact_probes.h \
	src/live/features.c src/live/features.h \
	src/live/form.c src/live/form.h \
	src/live/interleave.c src/live/interleave.h \
	src/live/kernel_btf.c src/live/kernel_btf.h \
	src/live/kernel_log.c src/live/kernel_log.h \
	src/live/known.c \
	src/live/limits.c src/live/limits.h \
	src/live/live.c src/live/live.h \
	src/live/log_clock.c src/live/log_clock.h \
	src/live/look.c src/live/look.h \
	src/live/machine.c \
	src/live/mapping.c src/live/mapping.h \
	src/live/maps.c src/live/maps.h \
	src/live/message.c \
	src/live/module.c src/live/module.h \
	src/live/native.c \
	src/live/native_now.c src/live/native_now.h \
	src/live/outbox.c src/live/outbox.h \
	src/live/perf_stack.c src/live/perf_stack.h \
	src/live/probes.c src/live/probes.h \
	src/live/procmode.c \
	src/live/procs.c src/live/procs.h \
	src/live/regs.c src/live/regs.h \
	src/live/role.c src/live/role.h \
	src/live/sample.c \
	src/live/sample_put.c src/live/sample_put.h \
	src/live/roles.c src/live/roles.h \
	src/live/rate.c src/live/rate.h \
	src/live/sampler.c src/live/sampler.h \
	src/live/samples.c src/live/samples.h \
	src/live/shared.c \
	src/live/slots.c src/live/slots.h \
	src/live/split.c src/live/split.h \
	src/live/stacks.c \
	src/live/state.h \
	src/live/steps.c \
	src/live/sum_map.c src/live/sum_map.h \
	src/live/sums.c \
	src/live/throttle.c \
	src/live/texts.c src/live/texts.h \
	src/live/unwind.c src/live/unwind.h \
	src/live/usage.c \
	src/live/wait_read.c src/live/wait_read.h \
	src/live/waits.c \
	src/live/wake.c src/live/wake.h \
	src/live/walked.c \
	src/live/walker.c src/live/walker.h
