/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/knob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int lab_path(char *ret, size_t size, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(ret, size, format, args);
	va_end(args);
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

struct mw_str lab_knob_read(const char *path, char *buf, size_t size, int *ret_error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t n = 0;
	ssize_t k = -1;

	*ret_error = 0;
	while (fd >= 0 && n < size) {
		k = read(fd, buf + n, size - n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			break;
		n += (size_t)k;
	}
	if (fd < 0 || k < 0)
		*ret_error = -errno;
	if (fd >= 0)
		close(fd);
	return *ret_error ? (struct mw_str){} : (struct mw_str){ buf, n };
}

int lab_knob_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY), r = 0;
	size_t n = strlen(text);
	ssize_t k;

	if (fd < 0)
		return -errno;
	do
		k = write(fd, text, n);
	while (k < 0 && errno == EINTR);
	if (k < 0)
		r = -errno;
	else if ((size_t)k != n)
		r = -EIO;
	if (close(fd) < 0 && !r)
		r = -errno;
	return r;
}

struct mw_val lab_knob_number(const char *path)
{
	char buf[64];
	uint64_t v;
	int r;
	struct mw_str text = lab_knob_read(path, buf, sizeof(buf), &r);

	if (r < 0)
		return mw_no(mw_why_of_errno(r));
	return mw_str_u64(mw_str_trim(text), &v) < 0 ? mw_no(MW_BAD) : mw_ok(v);
}

struct mw_val lab_knob_key(const char *path, const char *key)
{
	char buf[16384];
	struct mw_str text, line, word;
	uint64_t v;
	int r;

	text = lab_knob_read(path, buf, sizeof(buf), &r);
	if (r < 0)
		return mw_no(mw_why_of_errno(r));
	while (mw_str_cut(&text, '\n', &line))
		if (mw_str_cut(&line, ' ', &word) && mw_str_eq(word, key))
			return mw_str_u64(mw_str_trim(line), &v) < 0 ? mw_no(MW_BAD) : mw_ok(v);
	return mw_no(MW_ABSENT);
}
