/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *mw_settings_path(const struct mw_settings *s)
{
	return s->path ? s->path : MW_SETTINGS_PATH;
}

static int read_text(const char *path, char *buf, struct mw_str *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t n = 0;
	ssize_t k;

	if (fd < 0)
		return -errno;
	do {
		k = read(fd, buf + n, MW_SETTINGS_BYTES - n);
		if (k > 0)
			n += (size_t)k;
	} while ((k > 0 && n < MW_SETTINGS_BYTES) || (k < 0 && errno == EINTR));
	k = k < 0 ? -errno : n == MW_SETTINGS_BYTES ? -EFBIG : 0;
	close(fd);
	*ret = (struct mw_str){ buf, n };
	return (int)k;
}

/* Where it cannot be made, the first record will say so. */
static void make_record_dir(const struct mw_guard_config *config)
{
	char path[512];

	if (!config->record_dir.n || config->record_dir.n >= sizeof(path))
		return;
	memcpy(path, config->record_dir.p, config->record_dir.n);
	path[config->record_dir.n] = '\0';
	mkdir(path, 0700);
}

int mw_settings_load(struct mw_settings *s, struct mw_guard_config_error *ret_error)
{
	unsigned other = !s->used;
	struct mw_guard_config config;
	struct mw_str text = {};
	int r = read_text(mw_settings_path(s), s->text[other], &text);

	*ret_error = (struct mw_guard_config_error){};
	if (r == -ENOENT && !s->path)
		r = 0; /* nothing said: what is normal */
	if (!r)
		r = mw_guard_config_parse(text, &config, ret_error);
	if (r < 0) {
		s->refused_count++;
		return r;
	}
	config.dry_run |= s->dry_run;
	s->config = config;
	s->used = other;
	s->loaded_count++;
	make_record_dir(&config);
	return 0;
}
