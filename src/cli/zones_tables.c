/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones_tables - the zones by node, and what a request meets on its way along them, as tables.
 */
#include <inttypes.h>
#include <string.h>

#include "base/fmt.h"
#include "cli/zones_report.h"

enum node_column {
	NAME,
	NODE,
	CPUS,
	DISTANCES,
	GIVEN_UP,
	ZONE,
	FREE_BYTES,
	FREE,
	MIN,
	LOW,
	HIGH,
	BOOST,
	MANAGED,
	RESERVE,
	RESERVES,
	BAR,
	TYPES,
	BLOCKS,
	LARGEST,
	LISTS,
	CMA,
	ATOMIC,
	AGREE,
	STATE,
	N_NODE_COLUMNS
};

static const struct mw_col node_columns[N_NODE_COLUMNS] = {
	[NAME] = { NULL, "ZONE", MW_TYPE_STR, .tree = true },
	[NODE] = { "node", NULL, MW_TYPE_COUNT },
	[CPUS] = { "cpus", NULL, MW_TYPE_STR },
	[DISTANCES] = { "distances", NULL, MW_TYPE_LIST },
	[GIVEN_UP] = { "reclaim_given_up", NULL, MW_TYPE_BOOL },
	[ZONE] = { "zone", NULL, MW_TYPE_STR },
	[FREE_BYTES] = { "free_bytes", "FREE", MW_TYPE_BYTES },
	[FREE] = { "free_pages", "PAGES", MW_TYPE_COUNT },
	[MIN] = { "min_pages", "MIN", MW_TYPE_COUNT },
	[LOW] = { "low_pages", "LOW", MW_TYPE_COUNT },
	[HIGH] = { "high_pages", "HIGH", MW_TYPE_COUNT },
	[BOOST] = { "boost_pages", "BOOST", MW_TYPE_COUNT },
	[MANAGED] = { "managed_pages", NULL, MW_TYPE_COUNT },
	[RESERVE] = { "reserve_pages", "RESERVE", MW_TYPE_COUNT },
	[RESERVES] = { "lowmem_reserve_pages", NULL, MW_TYPE_LIST },
	[BAR] = { NULL, "BY ORDER", MW_TYPE_STR },
	[TYPES] = { "free_types", "TYPES", MW_TYPE_STR },
	[BLOCKS] = { "free_blocks", NULL, MW_TYPE_LIST },
	[LARGEST] = { "largest_order", "LARGEST", MW_TYPE_COUNT },
	[LISTS] = { "percpu_list_pages", "PER CPU", MW_TYPE_COUNT },
	[CMA] = { "free_cma_pages", "CMA", MW_TYPE_COUNT },
	[ATOMIC] = { "highatomic_pages", "ATOMIC", MW_TYPE_COUNT },
	[AGREE] = { "parts_agree", NULL, MW_TYPE_BOOL },
	[STATE] = { "state", "STATE", MW_TYPE_STR },
};

static const char *join(struct mw_arena *a, const struct mw_val *v, size_t n)
{
	const char *text = "";

	for (size_t i = 0; i < n; i++)
		text = mw_known(v[i]) ? mw_fmt(a, "%s%s%" PRIu64, text, i ? " " : "", v[i].v)
				      : mw_fmt(a, "%s%s?", text, i ? " " : "");
	return text;
}

static bool distances_known(const struct mw_zones_node *node, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!node->distance || !mw_known(node->distance[i]))
			return false;
	return true;
}

/* In which orders the free pages of a zone are: a sign an order, the larger the more of them. */
static const char *bar(struct mw_arena *a, const struct mw_zone_facts *f, bool ascii)
{
	static const char *const signs[] = { "\u2581", "\u2582", "\u2583", "\u2584",
					     "\u2585", "\u2586", "\u2587", "\u2588" };
	uint64_t sum = mw_or(mw_zone_block_pages(f), 0);
	const char *text = "";

	for (size_t o = 0; o < f->n_orders; o++) {
		uint64_t pages = mw_or(mw_mul(f->blocks[o], UINT64_C(1) << o), 0);
		uint64_t eighth = mw_permille(pages, sum) * 8 / 1001;

		if (!pages)
			text = mw_fmt(a, "%s%s", text, ascii ? "." : "\u00b7");
		else
			text = ascii ? mw_fmt(a, "%s%" PRIu64, text, eighth + 1)
				     : mw_fmt(a, "%s%s", text, signs[eighth]);
	}
	return text;
}

static struct mw_val largest(const struct mw_zone_facts *f)
{
	for (size_t o = f->n_orders; o-- > 0;) {
		if (!mw_known(f->blocks[o]))
			return f->blocks[o];
		if (f->blocks[o].v)
			return mw_ok(o);
	}
	return mw_no(MW_ABSENT);
}

/* As the walk of this request met it. */
static const struct mw_walk_zone *walked(const struct zones_view *v, const struct mw_zones_zone *z)
{
	for (size_t i = 0; i < v->walk->walk.n_zones; i++) {
		const struct mw_walk_zone *w = &v->walk->walk.zone[i];

		if (w->facts.node.v == z->facts.node.v && mw_str_same(w->facts.name, z->facts.name))
			return w;
	}
	return NULL;
}

static void mark_cells(struct mw_row *row, const struct mw_zones_zone *z)
{
	const struct mw_zone *zone = z->zone;

	mw_cell_val(row, FREE, zone->free_pages);
	mw_cell_val(row, MIN, zone->min_pages);
	mw_cell_val(row, LOW, zone->low_pages);
	mw_cell_val(row, HIGH, zone->high_pages);
	if (zone->boost_pages.why != MW_ABSENT)
		mw_cell_val(row, BOOST, zone->boost_pages);
	if (zone->managed_pages.why != MW_ABSENT)
		mw_cell_val(row, MANAGED, zone->managed_pages);
}

static void block_cells(struct mw_arena *a, struct mw_row *row, const struct zones_view *v,
			const struct mw_zones_zone *z)
{
	const struct mw_zone_facts *f = &z->facts;
	struct mw_val most = largest(f);

	if (!f->has_blocks)
		return;
	mw_cell_str(row, BAR, mw_str_of(bar(a, f, v->ascii)));
	mw_cell_str(row, BLOCKS, mw_str_of(join(a, f->blocks, f->n_orders)));
	if (z->types)
		mw_cell_str(row, TYPES, mw_str_of(z->types));
	if (most.why != MW_ABSENT)
		mw_cell_val(row, LARGEST, most);
}

static void zone_row(struct mw_report *r, struct mw_table *t, const struct zones_view *v,
		     const struct mw_zones_zone *z)
{
	const struct mw_zone *zone = z->zone;
	const struct mw_walk_zone *w = walked(v, z);
	bool empty = z->level == MW_LEVEL_EMPTY;
	struct mw_row *row = mw_report_row(r, t, 1, empty ? MW_IN_JSON : MW_IN_BOTH);

	mw_cell_str(row, NAME, zone->name);
	mw_cell_str(row, ZONE, zone->name);
	mw_cell_val(row, FREE_BYTES, mw_mul(zone->free_pages, v->walk->walk.page_bytes));
	mark_cells(row, z);
	if (w && z->facts.n_reserves)
		mw_cell_val(row, RESERVE, w->state.reserve_pages);
	mw_cell_str(row, RESERVES,
		    mw_str_of(join(r->arena, z->facts.reserve_pages, z->facts.n_reserves)));
	block_cells(r->arena, row, v, z);
	if (zone->percpu_list_pages.why != MW_ABSENT)
		mw_cell_val(row, LISTS, zone->percpu_list_pages);
	if (zone->free_cma_pages.why != MW_ABSENT)
		mw_cell_val(row, CMA, zone->free_cma_pages);
	if (w && !empty && w->state.highatomic_pages.why != MW_ABSENT)
		mw_cell_val(row, ATOMIC, w->state.highatomic_pages);
	mw_cell_val(row, AGREE, z->parts ? mw_zone_parts_agree(z->parts) : mw_no(MW_ABSENT));
	mw_cell_str(row, STATE, mw_str_of(mw_zone_level_name(z->level)));
}

/* kswapd gave up on the node, up to 4.7 on each of its zones: MW_ABSENT where nothing says. */
static struct mw_val given_up(const struct mw_zones_node *n)
{
	struct mw_val all = mw_no(MW_ABSENT);

	for (size_t i = 0; i < n->n_zones; i++) {
		struct mw_val v = n->zone[i].zone->unreclaimable;

		if (mw_known(v) && n->zone[i].level != MW_LEVEL_EMPTY)
			all = mw_ok(mw_or(all, 1) && v.v);
	}
	return all;
}

static const char *node_words(struct mw_arena *a, const struct zones_view *v,
			      const struct mw_zones_node *n)
{
	const char *cpus = !n->cpus_known ? "CPUs not known"
			   : !n->has_cpus ? "no CPU"
					  : mw_fmt(a, "CPUs %s", mw_arena_cstr(a, n->cpus));
	const char *memory = mw_fmt(a, "%s%s", n->has_memory ? "" : ", no memory",
				    mw_or(given_up(n), 0) ? ", kswapd gave up" : "");

	if (v->zones->n_nodes < 2)
		return mw_fmt(a, "%s%s", cpus, memory);
	if (!distances_known(n, v->zones->n_nodes))
		return mw_fmt(a, "%s%s, distances not known", cpus, memory);
	return mw_fmt(a, "%s%s, distances %s", cpus, memory,
		      join(a, n->distance, v->zones->n_nodes));
}

static void node_row(struct mw_report *r, struct mw_table *t, const struct zones_view *v,
		     const struct mw_zones_node *n)
{
	struct mw_row *row = mw_report_row(r, t, 0, MW_IN_JSON);
	struct mw_row *text = mw_report_row(r, t, 0, MW_IN_TEXT);

	mw_cell_val(row, NODE, mw_ok(n->node));
	if (n->cpus_known)
		mw_cell_str(row, CPUS, n->cpus);
	if (distances_known(n, v->zones->n_nodes))
		mw_cell_str(row, DISTANCES,
			    mw_str_of(join(r->arena, n->distance, v->zones->n_nodes)));
	if (mw_known(given_up(n)))
		mw_cell_val(row, GIVEN_UP, given_up(n));
	mw_cell_str(text, NAME, mw_str_of(mw_fmt(r->arena, "node %" PRIu64, n->node)));
	mw_cell_str(text, STATE, mw_str_of(node_words(r->arena, v, n)));
	for (size_t i = 0; i < n->n_zones; i++)
		zone_row(r, t, v, &n->zone[i]);
}

void cli_zones_nodes(struct mw_report *r, const struct zones_view *v)
{
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "nodes",
				      .child_id = { "zones" },
				      .col = node_columns,
				      .n_cols = N_NODE_COLUMNS,
				      .title = mw_fmt(r->arena,
						      "Zones, in pages; RESERVE is what %s must "
						      "leave besides:",
						      v->walk->walk.gfp.names) });

	for (size_t i = 0; i < v->zones->n_nodes; i++)
		node_row(r, t, v, &v->zones->node[i]);
}

enum step_column { S_STEP, S_NAME, S_NODE, S_ZONE, S_MARK, S_PASSES, S_MARGIN, S_REACHED, S_TEST };

static const struct mw_col step_columns[] = {
	[S_STEP] = { NULL, "STEP", MW_TYPE_STR },
	[S_NAME] = { NULL, "ZONE", MW_TYPE_STR },
	[S_NODE] = { "node", NULL, MW_TYPE_COUNT },
	[S_ZONE] = { "zone", NULL, MW_TYPE_STR },
	[S_MARK] = { "mark", NULL, MW_TYPE_STR },
	[S_PASSES] = { "passes", "PASSES", MW_TYPE_BOOL },
	[S_MARGIN] = { "margin_pages", "BY", MW_TYPE_SIGNED },
	[S_REACHED] = { "reached", NULL, MW_TYPE_BOOL },
	[S_TEST] = { "test", "TEST", MW_TYPE_STR },
};

static const char *const step_words[MW_WALK_STEPS] = { "fast path, low", "slow path, min",
						       "last try, high" };

/* The walk ends at the first that passes; the last try comes only before the OOM killer. */
static bool step_row(struct mw_report *r, struct mw_table *t, const struct zones_view *v,
		     const struct mw_walk_zone *z, size_t i, bool reached)
{
	const struct mw_walk *w = &v->walk->walk;
	const struct mw_zone_step *s = &z->step[i];
	struct mw_row *row = mw_report_row(r, t, 0, reached ? MW_IN_BOTH : MW_IN_JSON);

	mw_cell_str(row, S_STEP, mw_str_of(step_words[i]));
	mw_cell_str(row, S_NAME, mw_str_of(mw_zones_name(&z->facts, r->arena)));
	mw_cell_val(row, S_NODE, z->facts.node);
	mw_cell_str(row, S_ZONE, z->facts.name);
	mw_cell_str(row, S_MARK, mw_str_of(mw_walk_step_names[i]));
	mw_cell_val(row, S_REACHED, mw_ok(reached));
	if (z->barred[i]) {
		mw_cell_val(row, S_PASSES, mw_ok(0));
		mw_cell_str(row, S_TEST, mw_str_of("cpuset or policy bars its node"));
		return false;
	}
	mw_cell_val(row, S_PASSES,
		    s->test == MW_TEST_UNKNOWN ? mw_no(MW_UNREAD)
					       : mw_ok(s->test == MW_TEST_PASSES));
	if (s->margin_known)
		mw_cell_signed(row, S_MARGIN, MW_OK, s->margin_pages);
	mw_cell_str(row, S_TEST, mw_str_of(mw_walk_step_text(w, z, i)));
	return s->test == MW_TEST_PASSES;
}

static bool has_pages(const struct mw_walk_zone *z)
{
	return mw_or(z->facts.managed_pages, 1) && mw_or(z->facts.present_pages, 1);
}

void cli_zones_steps(struct mw_report *r, const struct zones_view *v)
{
	const struct mw_walk *w = &v->walk->walk;
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "steps",
				      .col = step_columns,
				      .n_cols = sizeof(step_columns) / sizeof(step_columns[0]),
				      .title = "Along the zonelist:" });
	bool served = false;

	for (size_t i = 0; i < MW_WALK_STEPS; i++) {
		bool starts = !served && (i != MW_WALK_HIGH || w->gfp.may_sleep);

		for (size_t k = 0; k < w->n_zones; k++)
			if ((w->zone[k].n_steps || w->zone[k].verdict == MW_ZONE_NOT_ALLOWED) &&
			    has_pages(&w->zone[k]))
				served |= step_row(r, t, v, &w->zone[k], i, starts && !served);
	}
}

void cli_zones_remedies(struct mw_report *r, const struct zones_view *v)
{
	static const struct mw_col columns[] = {
		{ "remedy", "REMEDY", MW_TYPE_STR },   { "zone", "ZONE", MW_TYPE_STR },
		{ "pages", "PAGES", MW_TYPE_COUNT },   { "effect", "EFFECT", MW_TYPE_STR },
		{ "command", "COMMAND", MW_TYPE_STR }, { "cost", "COST", MW_TYPE_STR },
	};
	struct mw_remedy remedy[MW_REMEDIES];
	size_t n = mw_zones_remedies(v->zones, v->walk, r->arena, remedy);
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "remedies",
				      .col = columns,
				      .n_cols = sizeof(columns) / sizeof(columns[0]),
				      .title = v->log ? "What would have made it pass:"
						      : "What would make it pass:" });

	for (size_t i = 0; i < n; i++) {
		struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);

		mw_cell_str(row, 0, mw_str_of(remedy[i].id));
		if (remedy[i].where)
			mw_cell_str(row, 1, mw_str_of(remedy[i].where));
		if (remedy[i].pages.why != MW_ABSENT)
			mw_cell_val(row, 2, remedy[i].pages);
		mw_cell_str(row, 3, mw_str_of(remedy[i].effect));
		if (remedy[i].command)
			mw_cell_str(row, 4, mw_str_of(remedy[i].command));
		mw_cell_str(row, 5, mw_str_of(remedy[i].cost));
	}
}

static void order_cells(struct mw_report *r, struct mw_row *row, size_t at, int order,
			const struct zones_view *v)
{
	if (order == MW_ORDERS)
		mw_cell_val(row, at, mw_no(MW_UNREAD));
	else if (order >= 0)
		mw_cell_val(row, at, mw_ok((uint64_t)order));
	mw_cell_str(row, at + 1,
		    mw_str_of(order == MW_ORDERS ? "not known"
			      : order < 0	 ? "none"
						 : cli_zones_block(r->arena, v, (unsigned)order)));
}

void cli_zones_orders(struct mw_report *r, const struct zones_view *v)
{
	static const struct mw_col columns[] = {
		{ NULL, "ZONE", MW_TYPE_STR },	    { "node", NULL, MW_TYPE_COUNT },
		{ "zone", NULL, MW_TYPE_STR },	    { "unmovable_order", NULL, MW_TYPE_COUNT },
		{ NULL, "UNMOVABLE", MW_TYPE_STR }, { "movable_order", NULL, MW_TYPE_COUNT },
		{ NULL, "MOVABLE", MW_TYPE_STR },
	};
	const struct mw_walk *w = &v->walk->walk;
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "orders",
				      .col = columns,
				      .n_cols = sizeof(columns) / sizeof(columns[0]),
				      .title = mw_fmt(r->arena,
						      "The largest block that each zone gives now "
						      "with the rights of %s, at the min mark:",
						      w->gfp.names) });

	for (size_t i = 0; i < w->n_zones; i++) {
		const struct mw_walk_zone *z = &w->zone[i];
		struct mw_row *row;

		if (!has_pages(z) || !z->n_steps)
			continue;
		row = mw_report_row(r, t, 0, MW_IN_BOTH);
		mw_cell_str(row, 0, mw_str_of(mw_zones_name(&z->facts, r->arena)));
		mw_cell_val(row, 1, z->facts.node);
		mw_cell_str(row, 2, z->facts.name);
		order_cells(r, row, 3, mw_zones_largest(w, z, false), v);
		order_cells(r, row, 5, mw_zones_largest(w, z, true), v);
	}
}
