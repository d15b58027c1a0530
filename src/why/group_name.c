/* SPDX-License-Identifier: Apache-2.0 */
#include "why/group_name.h"

#include <string.h>

#include "base/fmt.h"

#define ID_MIN 32 /* digits of an id: runtimes use 64, few 32 */
#define ID_SHOWN 12

/* "docker-ID.scope", and with the cgroupfs driver "crio-ID". */
static const struct {
	const char *prefix, *runtime;
} prefixes[] = {
	{ "docker-", "docker" },      { "cri-containerd-", "containerd" },
	{ "nerdctl-", "containerd" }, { "crio-", "crio" },
	{ "libpod-", "podman" },
};

static const char *const suffixes[] = {
	".service", ".scope", ".slice", ".mount", ".socket", ".swap"
};

struct reader {
	struct mw_group_name name;
	struct mw_str last; /* the part before */
	bool kube;
};

static struct mw_str without(struct mw_str s, const char *suffix)
{
	if (mw_str_ends(s, suffix))
		s.n -= strlen(suffix);
	return s;
}

static bool is_id(struct mw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return s.n >= ID_MIN;
}

static void is_container(struct reader *r, const char *runtime, struct mw_str id)
{
	r->name.kind = MW_GROUP_CONTAINER;
	r->name.runtime = runtime;
	r->name.container = id;
}

/* "kubepods", "kubepods-burstable.slice", "burstable" */
static void read_qos(struct reader *r, struct mw_str part)
{
	r->kube |= mw_str_starts(part, "kubepods");
	if (!r->kube)
		return;
	if (mw_str_search(part, "burstable") < part.n)
		r->name.qos = "burstable";
	else if (mw_str_search(part, "besteffort") < part.n)
		r->name.qos = "besteffort";
}

/* "podUID", "kubepods-burstable-podUID.slice", and the same before ":cri-containerd:ID" */
static void read_pod(struct reader *r, struct mw_str part)
{
	struct mw_str slice = { part.p, mw_str_find(part, ':') };
	size_t at = mw_str_search(slice, "-pod");

	if (!r->kube || r->name.pod.n)
		return;
	if (mw_str_starts(slice, "pod"))
		r->name.pod = mw_str_from(slice, 3);
	else if (mw_str_starts(slice, "kubepods") && at < slice.n)
		r->name.pod = without(mw_str_from(slice, at + 4), ".slice");
	if (!r->name.pod.n)
		return;
	r->name.kind = MW_GROUP_POD;
	if (!r->name.qos)
		r->name.qos = "guaranteed";
}

static void read_lxc(struct reader *r, struct mw_str part)
{
	if (mw_str_starts(part, "lxc.payload."))
		is_container(r, "lxc", mw_str_from(part, 12));
	else if (mw_str_starts(part, "lxc.monitor."))
		is_container(r, "lxc", mw_str_from(part, 12));
	else if (mw_str_eq(r->last, "lxc") || mw_str_eq(r->last, "lxc.payload"))
		is_container(r, "lxc", part);
}

static void read_container(struct reader *r, struct mw_str part)
{
	struct mw_str plain = without(part, ".scope");
	size_t colon = mw_str_rfind(part, ':');

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		struct mw_str id = mw_str_from(plain, strlen(prefixes[i].prefix));

		if (mw_str_starts(plain, prefixes[i].prefix) && is_id(id))
			is_container(r, prefixes[i].runtime, id);
	}
	if (is_id(part) && mw_str_eq(r->last, "docker"))
		is_container(r, "docker", part);
	else if (is_id(part) && r->name.pod.n)
		is_container(r, NULL, part);
	else if (colon < part.n && mw_str_search(part, ":cri-containerd:") < part.n &&
		 is_id(mw_str_from(part, colon + 1)))
		is_container(r, "containerd", mw_str_from(part, colon + 1));
}

static void read_unit(struct reader *r, struct mw_str part)
{
	if (part.n > 1 && part.p[0] == '_')
		part = mw_str_from(part, 1);
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (mw_str_ends(part, suffixes[i]) && part.n > strlen(suffixes[i])) {
			r->name.unit = part;
			if (r->name.kind == MW_GROUP_PLAIN)
				r->name.kind = MW_GROUP_UNIT;
		}
}

struct mw_group_name mw_group_name_of(struct mw_str path)
{
	struct reader r = {};
	struct mw_str part;

	while (mw_str_cut(&path, '/', &part)) {
		if (!part.n)
			continue;
		read_unit(&r, part);
		read_qos(&r, part);
		read_pod(&r, part);
		read_container(&r, part);
		read_lxc(&r, part);
		r.last = part;
	}
	return r.name;
}

bool mw_group_is_unit_name(struct mw_str name)
{
	const struct mw_str marks = mw_str_of(":-_.\\@");

	for (size_t i = 0; i < name.n; i++)
		if (!(name.p[i] >= '0' && name.p[i] <= '9') &&
		    !(name.p[i] >= 'A' && name.p[i] <= 'Z') &&
		    !(name.p[i] >= 'a' && name.p[i] <= 'z') &&
		    mw_str_find(marks, name.p[i]) == marks.n)
			return false;
	return name.n && name.n <= MW_UNIT_NAME_MAX;
}

const char *mw_group_kind_name(enum mw_group_kind kind)
{
	static const char *const names[] = { [MW_GROUP_PLAIN] = "plain",
					     [MW_GROUP_UNIT] = "unit",
					     [MW_GROUP_POD] = "pod",
					     [MW_GROUP_CONTAINER] = "container" };

	return names[kind];
}

static const char *container_words(const struct mw_group_name *n, struct mw_arena *a)
{
	bool whole = n->runtime && !strcmp(n->runtime, "lxc");
	size_t shown = whole || n->container.n < ID_SHOWN ? n->container.n : ID_SHOWN;
	const char *text = mw_fmt(a, "container %.*s", (int)shown, n->container.p);

	if (n->runtime)
		text = mw_fmt(a, "%s (%s)", text, n->runtime);
	return n->pod.n ? mw_fmt(a, "%s of pod %.*s", text, (int)n->pod.n, n->pod.p) : text;
}

const char *mw_group_name_words(const struct mw_group_name *n, struct mw_arena *a)
{
	switch (n->kind) {
	case MW_GROUP_CONTAINER:
		return container_words(n, a);
	case MW_GROUP_POD:
		return mw_fmt(a, "pod %.*s (%s)", (int)n->pod.n, n->pod.p, n->qos);
	case MW_GROUP_UNIT:
		return mw_fmt(a, "unit %.*s", (int)n->unit.n, n->unit.p);
	case MW_GROUP_PLAIN:
		break;
	}
	return "";
}
