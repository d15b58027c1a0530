/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who pays and who uses, page by page: whose payment covers whose use, of each file.
 */
#include "cgroups_helper.h"

#define FOLDERS "-- cg/meta/folders --\n1 /\n2 /p\n3 /p/a\n4 /p/b\n"
#define V1 "4:memory:"
#define V2 "0::"
#define MB UINT64_C(1000000)

/* INODE REMOVED FILE PATH: a cgroup that is charged for so many MB of files. */
#define GROUP(ino, removed, file, path) \
	"group " ino " " removed " " file M " 0 " file M " 0 0 " file M " " file M " " path "\n"
#define PAID(group, ino, mb) "paid " group " 34359738369 " ino " " mb M "\n" /* of 8:1 */
#define ROW(ino, path) "file 34359738369 " ino " 1 1 1 " path "\n"
#define ZERO(path)                                  \
	V1_STAT(path, "0", "0", "0", "0", "0", "0") \
	FILE1(path, "memory.usage_in_bytes", "1" M)
#define TREE HEAD V1_MOUNT FOLDERS ZERO("") ZERO("/p") ZERO("/p/a") ZERO("/p/b")
#define USAGE(path) FILE1(path, "memory.usage_in_bytes", "1" M)
#define IN(pid, group, files) PROC(pid, V1, group, "0", "0") FILES(pid, files)

static const struct mw_page_loan *loan(const struct machine *m, const char *path, size_t i)
{
	size_t n,
		first = mw_page_loans_of(m->all.pages, mw_group_find(&m->all, mw_str_of(path)), &n);

	if (i >= n)
		fail_msg("%s has %zu loans", path, n);
	return &m->all.pages->loan[first + i];
}

static void expect_loan(const struct machine *m, const char *path, size_t i, uint64_t payer_ino,
			uint64_t mapped_mb, uint64_t held_mb)
{
	const struct mw_page_loan *l = loan(m, path, i);

	assert_int_equal(m->all.pages->payer[l->payer].group->ino, payer_ino);
	assert_int_equal(l->mapped_bytes / MB, mapped_mb);
	assert_int_equal(l->held_bytes / MB, held_mb);
}

static void expect_payer(const struct machine *m, const char *path, uint64_t unpaid_mb,
			 enum mw_payer payer, const char *by)
{
	const struct mw_account *g = machine_group(m, path);

	assert_true(g->by_pages);
	assert_int_equal(mw_or(g->unpaid_bytes, 0) / MB, unpaid_mb);
	assert_int_equal(g->proof, unpaid_mb ? MW_PROOF_PAGES : MW_PROOF_NONE);
	assert_string_equal(mw_payer_name(g->payer), mw_payer_name(payer));
	if (by)
		assert_true(mw_str_eq(m->all.group[g->payer_at].cgroup->path, by));
	else
		assert_int_equal(g->payer_at, MW_NO_GROUP);
}

/* A removed cgroup of the same name pays for the file that the new one has locked. */
static void story(void **state)
{
	_machine_ struct machine m = {};
	const struct mw_page_proof *p;

	(void)state;
	machine_take_pages(&m,
			   TREE IN("7", "/p/a", "8:1 42 200000000 200000000 150000000 /srv/index\n")
				   PAGES(GROUP("99", "1", "200", "/p/a") ROW("42", "/on/disk")
						 PAID("99", "42", "200")) END);
	expect_payer(&m, "/p/a", 200, MW_PAYER_REMOVED, "/p");
	expect_loan(&m, "/p/a", 0, 99, 200, 0);
	expect_val(machine_group(&m, "/p/a")->unpaid_locked_bytes, 150 * MB);
	expect_val(machine_group(&m, "/p")->removed_pages_bytes, 200 * MB);
	/* As the process sees it; and not outside of /p. */
	p = m.all.pages;
	expect_str(mw_page_file_name(&p->file[loan(&m, "/p/a", 0)->file], &m.arena), "/srv/index");
	assert_string_equal(mw_page_payer_name(&p->payer[0], &m.arena),
			    "removed cgroup /p/a (inode 99)");
	expect_val(machine_group(&m, "/p/a")->elsewhere_bytes, 200 * MB);
	expect_val(machine_group(&m, "/p")->elsewhere_bytes, 0);
	expect_val(machine_group(&m, "/p")->for_others_bytes, 0);
}

/* Since 7.1 the parent pays. */
static void parent(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take_pages(&m,
			   TREE IN("7", "/p/a", "8:1 42 200000000 200000000 0 /srv/index\n")
				   PAGES(GROUP("2", "0", "200", "/p") PAID("2", "42", "200")) END);
	expect_payer(&m, "/p/a", 200, MW_PAYER_ABOVE, "/p");
}

/* What it pays for itself covers its use first; a sibling uses half of what it pays for. */
static void own_first(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take_pages(
		&m, TREE IN("7", "/p/a", "8:1 42 200000000 160000000 0 /srv/index\n")
			    IN("8", "/p/b", "8:1 42 40000000 40000000 0 /srv/index\n") PAGES(
				    GROUP("3", "0", "80", "/p/a") GROUP("4", "0", "120", "/p/b")
					    PAID("3", "42", "80") PAID("4", "42", "120")) END);
	expect_payer(&m, "/p/a", 80, MW_PAYER_OTHER, "/p/b");
	expect_payer(&m, "/p/b", 0, MW_PAYER_NONE, NULL);
	expect_val(machine_group(&m, "/p/b")->for_others_bytes, 80 * MB);
	expect_val(machine_group(&m, "/p")->for_others_bytes, 0);
}

/* Two payers, two users: each in proportion. */
static void in_proportion(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take_pages(
		&m, TREE IN("7", "/p/a", "8:1 42 60000000 60000000 0 /srv/index\n")
			    IN("8", "/p/b", "8:1 42 30000000 30000000 0 /srv/index\n") PAGES(
				    GROUP("99", "1", "60", "/p/x") GROUP("2", "0", "120", "/p")
					    PAID("99", "42", "60") PAID("2", "42", "120")) END);
	expect_payer(&m, "/p/a", 60, MW_PAYER_ABOVE, "/p");
	expect_loan(&m, "/p/a", 0, 2, 40, 30);
	expect_loan(&m, "/p/a", 1, 99, 20, 15);
	expect_payer(&m, "/p/b", 30, MW_PAYER_ABOVE, "/p");
	expect_loan(&m, "/p/b", 1, 99, 10, 15);
}

/* Open and mapped by nobody: told apart, and not where the payer has it open too. */
static void held_open(void **state)
{
	_machine_ struct machine m = {};
	_machine_ struct machine both = {};

	(void)state;
	machine_take_pages(&m,
			   TREE IN("7", "/p/a", "") FDS("7", "3 8:1 42 nlink 1 used 1 /srv/log\n")
				   PAGES(GROUP("4", "0", "50", "/p/b") PAID("4", "42", "50")) END);
	expect_payer(&m, "/p/a", 0, MW_PAYER_NONE, NULL);
	expect_loan(&m, "/p/a", 0, 4, 0, 50);
	machine_take_pages(
		&both,
		TREE IN("7", "/p/a", "") FDS("7", "3 8:1 42 nlink 1 used 1 /srv/log\n")
			IN("8", "/p/b", "") FDS("8", "3 8:1 42 nlink 1 used 1 /srv/log\n")
				PAGES(GROUP("4", "0", "50", "/p/b") PAID("4", "42", "50")) END);
	assert_int_equal(both.all.pages->n_loans, 0);
}

/* overlayfs shows the same inode number under another device: by that and the name. */
static void overlay(void **state)
{
	_machine_ struct machine m = {};
	_machine_ struct machine other = {};

	(void)state;
	machine_take_pages(
		&m,
		TREE IN("7", "/p/a", "0:99 42 200000000 200000000 0 /srv/index\n") PAGES(
			"fs 34359738369 cache ext4 sda1 1 1 0 0\n" GROUP("99", "1", "200", "/p/a")
				ROW("42", "/layers/1/srv/index") PAID("99", "42", "200")) END);
	expect_payer(&m, "/p/a", 200, MW_PAYER_REMOVED, "/p");
	machine_take_pages(
		&other,
		TREE IN("7", "/p/a", "0:99 42 200000000 200000000 0 /srv/index\n") PAGES(
			"fs 34359738369 cache ext4 sda1 1 1 0 0\n" GROUP("99", "1", "200", "/p/a")
				ROW("42", "/layers/1/srv/other") PAID("99", "42", "200")) END);
	assert_int_equal(other.all.pages->n_loans, 0);
	assert_int_equal(other.all.pages->unseen_bytes, 200 * MB);
}

/* It maps much of which the census has no file: the processes are asked. */
static void other_inodes(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take_pages(
		&m,
		HEAD V1_MOUNT FOLDERS V1_STAT("", "0", "0", "0", "205", "205", "205")
			V1_STAT("/p", "0", "0", "0", "205", "205",
				"205") V1_STAT("/p/a", "0", "0", "0", "0", "0", "0")
				V1_STAT("/p/b", "0", "0", "0", "0", "0", "0") USAGE("/p/a")
					USAGE("/p/b") PROC("7", V1, "/p/a", "200000", "200000")
						FILES("7", "0:99 42 204800000 204800000 0 /x\n")
							PAGES(GROUP("99", "1", "205", "/p/a")
								      PAID("99", "42", "205")) END);
	assert_false(machine_group(&m, "/p/a")->by_pages);
	assert_int_equal(machine_group(&m, "/p/a")->proof, MW_PROOF_LOCKED);
	assert_int_equal(machine_group(&m, "/p/a")->payer, MW_PAYER_REMOVED);
	assert_int_equal(m.all.pages->unseen_bytes, 204800000);
	assert_true(machine_group(&m, "/p/b")->by_pages); /* nobody is in it */
}

/* More is mapped than anybody is charged for. */
static void more_than_charged(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take_pages(&m, TREE IN("7", "/p/a", "8:1 42 50000000 50000000 0 /srv/index\n")
				       PAGES(GROUP("99", "1", "40", "/p/a") PAID("99", "42", "40"))
					       END);
	assert_int_equal(m.all.pages->unseen_bytes, 10 * MB);
	expect_loan(&m, "/p/a", 0, 99, 40, 0);
}

/* v2: what removed cgroups are charged for is exact by the pages alone. */
static void removed_of_v2(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take_pages(
		&m, HEAD V2_MOUNT FOLDERS V2_STAT("", "0", "0", "0") V2_STAT("/p", "205", "0", "0")
			    V2_STAT("/p/a", "0", "0", "0") V2_STAT("/p/b", "0", "0", "0")
				    FILE1("/p", "cgroup.stat", "nr_dying_descendants 1")
					    PAGES(GROUP("99", "1", "70", "/p/gone/further")
							  GROUP("2", "0", "9", "/p")
								  PAID("99", "42", "70")) END);
	expect_val(machine_group(&m, "/p")->removed_bytes, 70 * MB);
	assert_true(machine_group(&m, "/p")->removed_by_pages);
	assert_false(machine_group(&m, "/p")->removed_at_most);
	expect_val(machine_group(&m, "/p/a")->removed_bytes, 0);
	expect_val(m.all.removed_bytes, 70 * MB);
}

/* A sample, kpage and sums do not tell of which file a page is. */
static void no_such_proof(void **state)
{
	static const char *const heads[] = { "census bpf sampled 1 1 1 1 1\n",
					     "census kpage exact 1 1 1 1 1\n",
					     "census sums sum 1 1 1 1 1\n",
					     "refused bpf EPERM denied\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(heads); i++) {
		_machine_ struct machine m = {};
		char text[8192];

		snprintf(text, sizeof(text), "%s-- meta/pages --\n%s%s%s",
			 TREE IN("7", "/p/a", "8:1 42 90000000 90000000 0 /x\n"), heads[i],
			 GROUP("99", "1", "90", "/p/a") PAID("99", "42", "90"), END);
		machine_take_pages(&m, text);
		assert_null(m.all.pages);
		assert_false(machine_group(&m, "/p/a")->by_pages);
	}
}

/* Each proof alone: what was not asked is not known. */
static void alone(void **state)
{
	static const char text[] =
		HEAD V1_MOUNT FOLDERS V1_STAT("", "0", "0", "0", "205", "205", "205")
			V1_STAT("/p", "0", "0", "0", "205", "205",
				"205") V1_STAT("/p/a", "0", "0", "0", "0", "0", "0")
				V1_STAT("/p/b", "0", "0", "0", "0", "0", "0") USAGE("/p/a")
					USAGE("/p/b") PROC("7", V1, "/p/a", "200000", "200000")
						FILES("7", "8:1 42 204800000 204800000 "
							   "204800000 /x\n")
							PAGES(GROUP("99", "1", "205", "/p/a")
								      PAID("99", "42", "205")) END;
	_machine_ struct machine one = {};
	_machine_ struct machine two = {};
	_machine_ struct machine three = {};

	(void)state;
	machine_take_by(&one, text, MW_WANT_PROCS | MW_WANT_CGROUPS, MW_BY_ARITHMETIC);
	expect_why(machine_group(&one, "/p/a")->unpaid_bytes, MW_UNREAD);
	expect_val(machine_group(&one, "/p")->removed_bytes, 205 * MB);
	assert_int_equal(one.all.unread_count, 0);
	machine_take_by(&two, text, MW_WANT_PROCS | MW_WANT_CGROUPS, MW_BY_PROCESSES);
	assert_int_equal(machine_group(&two, "/p/a")->proof, MW_PROOF_LOCKED);
	machine_take_by(&three, text, MW_WANT_FILES | MW_WANT_PAGES | MW_WANT_CGROUPS, MW_BY_PAGES);
	expect_payer(&three, "/p/a", 204, MW_PAYER_REMOVED, "/p");
	expect_val(machine_group(&three, "/p/a")->use.locked_bytes, 204800000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(story),	 cmocka_unit_test(parent),
		cmocka_unit_test(own_first),	 cmocka_unit_test(in_proportion),
		cmocka_unit_test(held_open),	 cmocka_unit_test(other_inodes),
		cmocka_unit_test(removed_of_v2), cmocka_unit_test(more_than_charged),
		cmocka_unit_test(no_such_proof), cmocka_unit_test(alone),
		cmocka_unit_test(overlay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
