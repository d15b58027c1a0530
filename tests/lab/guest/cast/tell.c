/* SPDX-License-Identifier: Apache-2.0 */
/* All that it takes to look into a set that went another way: one fact. */
#include "cast.h"

static const char *const links[] = {
	[LINK_FORK] = "",
	[LINK_VM] = "shares-mm",
	[LINK_VFORK] = "vfork",
	[LINK_WAITED] = "waited-for",
};

static void tell_string(const char *s)
{
	putchar('"');
	for (; *s; s++)
		if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if ((unsigned char)*s < ' ' || (unsigned char)*s > '~')
			printf("?");
		else
			putchar(*s);
	putchar('"');
}

static void tell_task(const struct stage *s, int i)
{
	const struct plan *p = s->plan;
	const struct task *t = &p->tasks[i];
	const struct figures *f = &s->figures[i];

	printf("%s{\"pid\":%d,\"comm\":", i ? "," : "", f->pid);
	tell_string(t->name);
	printf(",\"adj\":%ld,\"score\":%ld,\"stat_rss_pages\":%ld,\"rss_kib\":%ld,\"swap_kib\":%ld,"
	       "\"tables_kib\":%ld,\"group\":\"%s\",\"policy\":%d,"
	       "\"nodes\":%u,\"cpuset\":%u,\"kind\":\"%s%s%s%s%s%s%s%s\",\"parent\":%d}",
	       f->adj, f->score, f->stat_rss_pages, f->rss_kib, f->swap_kib, f->tables_kib,
	       t->group < 0 ? "" : p->groups[t->group].path + strlen(cgroup_top), t->policy,
	       t->nodes, t->cpuset, links[t->link], t->threads ? " threads" : "",
	       t->leader_leaves ? " leader-left" : "", t->late ? " late" : "",
	       t->locked ? " locked" : "", t->map_pages ? " maps" : "",
	       t->trigger ? " trigger" : "", t->threads_apart ? " threads-apart" : "",
	       t->parent < 0 ? 0 : s->figures[t->parent].pid);
}

static void tell_groups(const struct plan *p)
{
	for (int i = 0; i < p->n_groups; i++) {
		const struct group *g = &p->groups[i];

		printf("%s{\"path\":\"%s\",\"domain\":%s,\"memory\":%s,\"oom_group\":%s}",
		       i ? "," : "", g->path + strlen(cgroup_top),
		       i == p->domain ? "true" : "false", g->own_files ? "true" : "false",
		       g->dies_whole ? "true" : "false");
	}
}

void tell_difference(const struct stage *s, const struct foretold *f, pid_t killed,
		     const char *line)
{
	const struct plan *p = s->plan;

	printf("{\"differences\":{\"set%u\":{\"seed\":%lu,\"set\":%u,\"killed\":%d,\"log\":",
	       p->number, p->seed, p->number, killed);
	tell_string(line);
	printf(",\"status\":%d,\"answered\":%s,\"flat\":%s,\"headroom_pages\":%u,"
	       "\"swap_bytes\":%ld,\"foretold\":[",
	       f->status, f->answered ? "true" : "false", p->flat ? "true" : "false",
	       p->headroom_pages, p->swap_bytes);
	for (int i = 0; i < f->n; i++)
		printf("%s{\"pid\":%d,\"badness\":%ld,\"certain\":%s}", i ? "," : "",
		       f->victims[i].pid, f->victims[i].badness,
		       f->victims[i].certain ? "true" : "false");
	printf("],\"groups\":[");
	tell_groups(p);
	printf("],\"tasks\":[");
	for (int i = 0; i < p->n_tasks; i++)
		tell_task(s, i);
	printf("]}}}\n");
	fflush(stdout);
}
