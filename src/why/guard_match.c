/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "why/guard_private.h"

/* One of a class [a-z], [!a-z]; *at moves from the '[' behind the ']'. */
static bool in_class(struct mw_str glob, size_t *at, unsigned char c)
{
	size_t i = *at + 1;
	bool not = i < glob.n && (glob.p[i] == '!' || glob.p[i] == '^');
	bool is = false;

	i += not ;
	for (size_t first = i; i < glob.n && (glob.p[i] != ']' || i == first); i++) {
		unsigned char low = (unsigned char)glob.p[i], high = low;

		if (i + 2 < glob.n && glob.p[i + 1] == '-' && glob.p[i + 2] != ']') {
			high = (unsigned char)glob.p[i + 2];
			i += 2;
		}
		is = is || (c >= low && c <= high);
	}
	*at = i + 1;
	return is != not ;
}

/* Goes back to the last '*' only: one that comes earlier can match no more than it did. */
bool mw_guard_glob(struct mw_str glob, struct mw_str text)
{
	size_t g = 0, i = 0, star = SIZE_MAX, from = 0;

	for (;;) {
		size_t next = g;

		if (g < glob.n && glob.p[g] == '*') {
			star = g++;
			from = i;
			continue;
		}
		if (g == glob.n && i == text.n)
			return true;
		if (g < glob.n && i < text.n &&
		    (glob.p[g] == '['	? in_class(glob, &next, (unsigned char)text.p[i])
		     : glob.p[g] == '?' ? true
					: glob.p[g] == text.p[i])) {
			g = glob.p[g] == '[' ? next : g + 1;
			i++;
			continue;
		}
		if (star == SIZE_MAX || from == text.n)
			return false;
		g = star + 1;
		i = ++from;
	}
}

static struct mw_str comm_of(const struct mw_guard_task *t)
{
	return (struct mw_str){ t->comm, strnlen(t->comm, sizeof(t->comm)) };
}

static bool is_uid(struct mw_str glob, struct mw_val uid)
{
	uint64_t want = 0;

	return !mw_str_u64(glob, &want) && mw_known(uid) && uid.v == want;
}

static bool fits(const struct mw_guard_pattern *p, const struct mw_guard_view *view,
		 const struct mw_guard_task *t, enum mw_why *why)
{
	if (p->field == MW_GUARD_COMM)
		return mw_guard_glob(p->glob, comm_of(t));
	if (t->detail_why != MW_OK) {
		*why = t->detail_why;
		return false;
	}
	switch (p->field) {
	case MW_GUARD_COMM:
		break;
	case MW_GUARD_EXE:
		if (!t->exe.n && *why == MW_OK)
			*why = MW_DENIED;
		return t->exe.n && mw_guard_glob(p->glob, t->exe);
	case MW_GUARD_CMDLINE:
		return mw_guard_glob(p->glob, t->cmdline);
	case MW_GUARD_UID:
		if (!mw_known(t->uid) && *why == MW_OK)
			*why = t->uid.why;
		return is_uid(p->glob, t->uid);
	case MW_GUARD_CGROUP:
		return t->group < view->n_groups &&
		       mw_guard_glob(p->glob, view->group[t->group].path);
	case MW_GUARD_SYSTEMD_UNIT:
		return mw_guard_glob(p->glob, t->unit);
	}
	return false;
}

const struct mw_guard_pattern *mw_guard_match(const struct mw_guard_patterns *list,
					      const struct mw_guard_view *view,
					      const struct mw_guard_task *task,
					      enum mw_why *ret_why)
{
	*ret_why = MW_OK;
	for (size_t i = 0; i < list->n; i++)
		if (fits(&list->item[i], view, task, ret_why))
			return *ret_why = MW_OK, &list->item[i];
	return NULL;
}

/*
 * Without these nobody can log in, see the log or the screen, or bring back what was killed.  Names
 * are as long as comm, 15 bytes.  Anybody may call a process sshd: what belongs to root is only
 * believed of root.
 */
static const struct {
	const char *comm;
	bool anybody; /* runs as its user */
} builtin[] = {
	{ "init" },
	{ "systemd", true },
	{ "(sd-pam)", true },
	{ "systemd-journal" },
	{ "systemd-logind" },
	{ "systemd-udevd" },
	{ "systemd-network", true },
	{ "systemd-resolve", true },
	{ "udevd" },
	{ "elogind" },
	{ "dbus-daemon", true },
	{ "dbus-broker", true },
	{ "dbus-broker-lau", true },
	{ "polkitd", true },
	{ "sshd" },
	{ "sshd-session", true },
	{ "sshd-auth", true },
	{ "dropbear" },
	{ "login" },
	{ "agetty" },
	{ "getty" },
	{ "rsyslogd", true },
	{ "syslog-ng" },
	{ "auditd" },
	{ "NetworkManager" },
	{ "wpa_supplicant" },
	{ "dhclient" },
	{ "dhcpcd", true },
	{ "Xorg", true },
	{ "Xwayland", true },
	{ "gnome-shell", true },
	{ "kwin_wayland", true },
	{ "kwin_x11", true },
	{ "plasmashell", true },
	{ "sway", true },
	{ "Hyprland", true },
	{ "weston", true },
	{ "gdm" },
	{ "gdm3" },
	{ "sddm" },
	{ "lightdm" },
	{ "pipewire", true },
	{ "pipewire-pulse", true },
	{ "wireplumber", true },
	{ "dockerd" },
	{ "containerd" },
	{ "containerd-shim" },
	{ "crio" },
	{ "conmon", true },
	{ "kubelet" },
	{ "libvirtd" },
	{ "multipathd" },
	{ "iscsid" },
	{ "corosync" },
	{ "memwhyd" },
	{ "earlyoom", true },
	{ "nohang" },
	{ "systemd-oomd", true },
};

bool mw_guard_is_builtin(const struct mw_guard_task *task, struct mw_val uid)
{
	struct mw_str comm = comm_of(task);

	for (size_t i = 0; i < sizeof(builtin) / sizeof(builtin[0]); i++)
		if (comm.n && comm.p[0] == builtin[i].comm[0] && mw_str_eq(comm, builtin[i].comm))
			return builtin[i].anybody || mw_or(uid, 0) == 0;
	return false;
}

bool mw_guard_uses_field(const struct mw_guard_config *config, enum mw_guard_field field)
{
	const struct mw_guard_patterns *all[] = { &config->avoid, &config->prefer,
						  &config->groups };

	for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
		for (size_t i = 0; i < all[k]->n; i++)
			if (all[k]->item[i].field == field)
				return true;
	return false;
}
