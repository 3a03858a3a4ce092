# SPDX-License-Identifier: GPL-2.0-only
bpf_objects += bpf/core.bpf.o bpf/exact.bpf.o bpf/regs.bpf.o bpf/sampler.bpf.o bpf/walker.bpf.o
bpf_headers += bpf/exact.h bpf/form.h bpf/framing.h bpf/kernel.h bpf/layout.h bpf/mark.h \
	bpf/on_life.h bpf/on_message.h bpf/on_oom.h bpf/on_stderr.h bpf/on_step.h bpf/on_sum.h \
	bpf/on_switch.h bpf/on_task.h bpf/owners.h bpf/peek.h bpf/pipe.h bpf/regs.h bpf/ring.h \
	bpf/ring_kind.h bpf/sample.h bpf/shared.h bpf/slots.h bpf/stack.h bpf/tell.h bpf/uses.h \
	bpf/walk.h bpf/watch.h bpf/wire.h bpf/wire_msg.h bpf/wire_proc.h bpf/wire_stack.h \
	bpf/wire_wait.h bpf/wire_work.h bpf/worker_state.h
EXTRA_DIST += bpf/core.bpf.c bpf/exact.bpf.c bpf/regs.bpf.c bpf/sampler.bpf.c bpf/walker.bpf.c \
	$(bpf_headers)
