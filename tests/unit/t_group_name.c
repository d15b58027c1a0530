/* SPDX-License-Identifier: Apache-2.0 */
#include "why/group_name.h"

#include "helper.h"

#define ID "4f5e0123abcd4f5e0123abcd4f5e0123abcd4f5e0123abcd4f5e0123abcd4f5e"
#define UID "0a1b2c3d-0000-4000-8000-123456789abc"
#define UID_ "0a1b2c3d_0000_4000_8000_123456789abc"

static const struct {
	const char *path, *words;
} cases[] = {
	{ "/", "" },
	{ "", "" },
	{ "/a/b", "" },
	{ "/docker/" ID, "container 4f5e0123abcd (docker)" },
	{ "/system.slice/docker-" ID ".scope", "container 4f5e0123abcd (docker)" },
	{ "/system.slice/docker-" ID ".scope/inner", "container 4f5e0123abcd (docker)" },
	{ "/system.slice/docker.service", "unit docker.service" },
	{ "/system.slice/nerdctl-" ID ".scope", "container 4f5e0123abcd (containerd)" },
	{ "/machine.slice/libpod-" ID ".scope/container", "container 4f5e0123abcd (podman)" },
	{ "/machine.slice/libpod-conmon-" ID ".scope", "unit libpod-conmon-" ID ".scope" },
	{ "/kubepods", "" },
	{ "/kubepods.slice", "unit kubepods.slice" },
	{ "/kubepods/burstable", "" },
	{ "/kubepods/pod" UID, "pod " UID " (guaranteed)" },
	{ "/kubepods/besteffort/pod" UID, "pod " UID " (besteffort)" },
	{ "/kubepods/burstable/pod" UID "/" ID, "container 4f5e0123abcd of pod " UID },
	{ "/kubepods/burstable/pod" UID "/crio-" ID, "container 4f5e0123abcd (crio) of pod " UID },
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_ ".slice",
	  "pod " UID_ " (burstable)" },
	{ "/kubepods.slice/kubepods-pod" UID_ ".slice/cri-containerd-" ID ".scope",
	  "container 4f5e0123abcd (containerd) of pod " UID_ },
	{ "/kubepods.slice/kubepods-pod" UID_ ".slice/crio-" ID ".scope",
	  "container 4f5e0123abcd (crio) of pod " UID_ },
	{ "/system.slice/containerd.service/kubepods-burstable-pod" UID_
	  ".slice:cri-containerd:" ID,
	  "container 4f5e0123abcd (containerd) of pod " UID_ },
	{ "/pod" UID, "" },
	{ "/lxc/web", "container web (lxc)" },
	{ "/lxc/web/system.slice/x.service", "container web (lxc)" },
	{ "/lxc.payload/web", "container web (lxc)" },
	{ "/lxc.payload.a-long-name-of-one", "container a-long-name-of-one (lxc)" },
	{ "/lxc.monitor.web", "container web (lxc)" },
	{ "/user.slice/user-1000.slice/session-3.scope", "unit session-3.scope" },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/a.scope", "unit a.scope" },
	{ "/system.slice/a.service/sub", "unit a.service" },
	{ "/.service", "" },
	{ "/system.slice/_memory.service", "unit memory.service" },
	{ "/system.slice/__x.service", "unit _x.service" },
	{ "/docker/short", "" },
};

static void paths(void **state)
{
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_group_name n = mw_group_name_of(mw_str_of(cases[i].path));
		const char *words = mw_group_name_words(&n, &a);

		if (strcmp(words, cases[i].words))
			fail_msg("%s: \"%s\", not \"%s\"", cases[i].path, words, cases[i].words);
	}
	assert_string_equal(mw_group_kind_name(MW_GROUP_POD), "pod");
}

static void read_one(struct mw_str path)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_group_name n = mw_group_name_of(path);

	mw_group_name_words(&n, &a);
}

static void unit_names(void **state)
{
	char longest[MW_UNIT_NAME_MAX + 2];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	assert_true(mw_group_is_unit_name(mw_str_of("a-b\\x2d_c:d@0.service")));
	assert_true(mw_group_is_unit_name((struct mw_str){ longest, MW_UNIT_NAME_MAX }));
	assert_false(mw_group_is_unit_name((struct mw_str){ longest, MW_UNIT_NAME_MAX + 1 }));
	assert_false(mw_group_is_unit_name(mw_str_of("")));
	assert_false(mw_group_is_unit_name(mw_str_of("a\tb.service")));
	assert_false(mw_group_is_unit_name(mw_str_of("a\nb.service")));
	assert_false(mw_group_is_unit_name((struct mw_str){ "a\0b.service", 11 }));
}

static void hostile_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		each_cut(mw_str_of(cases[i].path), read_one);
	each_mangled(mw_str_of(cases[20].path), read_one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(unit_names),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
