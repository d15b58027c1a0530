/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>

#include "asks.h"

static char text[256 * 1024];

/* "Node 0, zone   Normal" */
static bool read_head(struct zone *z, const char *line)
{
	memset(z, 0, sizeof(*z));
	return sscanf(line, "Node %d, zone %11s", &z->node, z->name) == 2;
}

static void read_line(struct zone *z, const char *line)
{
	char key[40];
	long value;

	if (sscanf(line, " pages free %ld", &value) == 1) {
		z->free = value;
		return;
	}
	if (sscanf(line, " protection: (%*d, %*d, %ld", &value) == 1)
		z->reserve = value;
	if (sscanf(line, " %39[a-z_:] %ld", key, &value) != 2)
		return;
	if (!strcmp(key, "min"))
		z->min = value;
	else if (!strcmp(key, "low"))
		z->low = value;
	else if (!strcmp(key, "high") && !z->high) /* later ones are the per-CPU lists' */
		z->high = value;
	else if (!strcmp(key, "spanned"))
		z->spanned = (unsigned long)value;
	else if (!strcmp(key, "start_pfn:"))
		z->start = (unsigned long)value;
}

void zones_read(struct zones *zones)
{
	struct zone *z = NULL;

	zones->n = 0;
	read_file("/proc/zoneinfo", text, sizeof(text));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (!strncmp(line, "Node ", 5)) {
			if (z && z->spanned)
				zones->n++;
			z = zones->n < MAX_ZONES ? &zones->z[zones->n] : NULL;
			if (z && !read_head(z, line))
				z = NULL;
		} else if (z) {
			read_line(z, line);
		}
	}
	if (z && z->spanned)
		zones->n++;
}

const struct zone *zone_of(const struct zones *zones, unsigned long pfn)
{
	for (int i = 0; i < zones->n; i++)
		if (pfn >= zones->z[i].start && pfn - zones->z[i].start < zones->z[i].spanned)
			return &zones->z[i];
	return NULL;
}

int nodes_of(const struct zones *zones)
{
	int most = 0;

	for (int i = 0; i < zones->n; i++)
		if (zones->z[i].node >= most)
			most = zones->z[i].node + 1;
	return most < MAX_NODES ? most : MAX_NODES;
}

long stalls(void)
{
	long sum = 0;

	read_file("/proc/vmstat", text, sizeof(text));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (!strncmp(line, "allocstall", 10) || !strncmp(line, "compact_stall", 13))
			sum += strtol(line + strcspn(line, " "), NULL, 10);
	return sum;
}
