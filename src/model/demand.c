/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/demand.h"

#include <stdint.h>
#include <stdio.h>

#include "model/model.h"

static double cores_of(const struct model *m, const struct pool *p)
{
	double cores = p->load.cpus ? p->load.cpus : m->session.cpus;

	if (p->load.quota_milli && p->load.quota_milli < 1000 * cores)
		cores = p->load.quota_milli / 1000.0;
	return cores;
}

bool model_demand(const struct model *m, const struct pool *p, struct demand *ret)
{
	const struct load_sums *s = &p->load.sums;
	double ns = (double)s->work_ns + 1;
	uint64_t mains_ns = s->state_ns[STATE_RUN] + s->state_ns[STATE_RUNQ] +
			    s->state_ns[STATE_UNPICKLE] + s->state_ns[STATE_PICKLE];

	*ret = (struct demand){
		.mains = (double)mains_ns / ns,
		.more = (double)s->side_ns / ns,
		.cores = cores_of(m, p),
		.used = (double)s->workers_ns / ns,
		.workers = p->workers_alive ? p->workers_alive : p->first_size,
		.waiting = mains_ns ? (double)s->state_ns[STATE_RUNQ] / (double)mains_ns : 0,
	};
	return s->work_ns && mains_ns && ret->cores > 0;
}

bool model_demand_is_python(const struct pool *p)
{
	return p->profile.side_python_ns > p->profile.side_native_ns;
}

const char *model_demand_starters(const struct pool *p, char *buf, size_t size)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} all[] = {{PROC_OPENBLAS, "OpenBLAS"}, {PROC_MKL, "MKL"}, {PROC_OPENMP, "OpenMP"}};
	uint32_t flags = p->load.libraries;
	size_t len = 0;

	if (model_demand_is_python(p))
		return "Python code";
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (flags & all[i].flag && len < size)
			len += (size_t)snprintf(
				buf + len, size - len, "%s%s", len ? " or " : "", all[i].name);
	return len ? buf : "a library in the workers";
}
