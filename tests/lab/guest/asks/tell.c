/* SPDX-License-Identifier: Apache-2.0 */
#include "asks.h"

static const char *node_word(int node, char word[12])
{
	if (node == UNSAID)
		return "null";
	if (node == NONE)
		return "\"none\"";
	snprintf(word, 12, "%d", node);
	return word;
}

/* Foretold is who serves without anyone waiting: a request that nobody would serve so may have been
 * served after reclaim or compaction, and one that is served may not have had to wait. */
static bool is_right(const struct outcome *o)
{
	int foretold = o->foretold.answer.node, happened = o->happened.node;

	if (foretold == UNSAID || happened == UNSAID)
		return false;
	if (foretold == NONE)
		return happened == NONE || o->happened.stalls > 0;
	return happened == foretold && o->happened.stalls == 0;
}

void tell(int n, const struct outcome *o)
{
	static const char *const kinds[] = { "fault", "ring", "huge", "stack" };
	static const char *const policies[] = { "local", "prefer", "bind" };
	char words[2][12];
	bool right = is_right(o);
	/* What memwhy itself moves decides. */
	bool open = !right && o->foretold.margin >= 0 && o->foretold.margin <= o->moved;
	bool zone = !*o->happened.zone || !*o->foretold.answer.zone ||
		    !strcmp(o->happened.zone, o->foretold.answer.zone);

	printf("{\"ask\":{\"%d\":{\"state\":\"%s\",\"kind\":\"%s\",\"order\":%d,\"node\":%d,"
	       "\"policy\":\"%s\",\"foretold\":%s,\"happened\":%s,\"zone_foretold\":\"%s\","
	       "\"zone\":\"%s\",\"stalls\":%ld,\"margin\":%ld,\"moved\":%ld,"
	       "\"right\":%s,\"undecidable\":%s,\"zone_right\":%s}}}\n",
	       n, o->state->name, kinds[o->ask->kind], o->ask->order, o->ask->node,
	       policies[o->ask->policy], node_word(o->foretold.answer.node, words[0]),
	       node_word(o->happened.node, words[1]), o->foretold.answer.zone, o->happened.zone,
	       o->happened.stalls, o->foretold.margin, o->moved, right ? "true" : "false",
	       open ? "true" : "false", zone ? "true" : "false");
	fflush(stdout);
}

static void tell_blocks(const char *label)
{
	static char text[4096];
	const char *between = "";

	read_file("/proc/buddyinfo", text, sizeof(text));
	printf("{\"blocks\":{\"%s\":[", label);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		printf("%s\"%s\"", between, line);
		between = ",";
	}
	printf("]}}\n");
}

void tell_zones(const char *label, const struct zones *zones)
{
	printf("{\"driven\":{\"%s\":[", label);
	for (int i = 0; i < zones->n; i++) {
		const struct zone *z = &zones->z[i];

		printf("%s{\"node\":%d,\"zone\":\"%s\",\"free\":%ld,\"min\":%ld,\"low\":%ld,"
		       "\"reserve\":%ld}",
		       i ? "," : "", z->node, z->name, z->free, z->min, z->low, z->reserve);
	}
	printf("]}}\n");
	tell_blocks(label);
	fflush(stdout);
}
