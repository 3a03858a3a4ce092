/* SPDX-License-Identifier: GPL-2.0-only */
/* The main object: life, scheduling and messages of watched processes, on BTF tracepoints. */
#include "on_life.h"
#include "on_message.h"
#include "on_oom.h"
#include "on_switch.h"

char LICENSE[] SEC("license") = "GPL";
