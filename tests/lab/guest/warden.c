/* SPDX-License-Identifier: Apache-2.0 */
/*
 * warden - runs a scenario of the survival matrix, sees who is killed, and ends the guest.
 *
 *	warden SECONDS SHARED PRESSURE COMMAND...
 *
 * It runs at real time and locked in memory, so that it sees and ends what hangs.  To the second
 * serial line it writes
 *	{"kill":{"at":S,"by":"C","sig":N,"kernel":BOOL,"pid":N,"comm":"C"}}
 *		each SIGKILL or SIGTERM that one process sent to another (from the trace point
 *		signal_generate: ring buffer of the kernel, nothing is lost with the machine)
 *	{"pulse":{...}}
 *		of the heartbeat at SHARED (pulse.h), every 5 s and at the end: longest gap, the one
 *		that has not ended included
 *	{"warden":{"longest_gap_ms":N,"stolen_ms":N,"full_avg10":N}}
 *		its own longest gap and how late it was in all: a guest whose host was busy; the
 *		share of time that all in the group of the load waited for memory (PRESSURE: its
 *		memory.pressure)
 *	{"meters":{"at":S,"free_kib":N,...}}
 *		of the machine, every 500 ms: meminfo; counts and sums since boot
 *	{"cpu":{"comm":"C","user_s":N,"system_s":N}}
 *		at the end, of each that is there and had half a second since its start
 *	{"end":"done"|"time"}
 * and leaves through qemu's debug exit port.
 */
#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <termios.h>

#include "pulse.h"

#define EXIT_PORT 0xf4
#define TICK_MS 20
#define TRACING "/sys/kernel/tracing/"

static int out_fd;
static double own_longest_s;
static const char *pressure_file;

static int serial(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios t;

	if (fd >= 0 && tcgetattr(fd, &t) == 0) {
		cfmakeraw(&t);
		cfsetspeed(&t, B115200);
		tcsetattr(fd, TCSANOW, &t);
	}
	return fd;
}

static int trace_signals(void)
{
	mount("tracefs", TRACING, "tracefs", 0, NULL);
	if (write_file(TRACING "trace_clock", "mono") < 0 ||
	    write_file(TRACING "events/signal/signal_generate/filter", "sig==9||sig==15") < 0 ||
	    write_file(TRACING "events/signal/signal_generate/enable", "1") < 0)
		return -1;
	return open(TRACING "trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

static char *comm_of(int pid)
{
	static char comm[32];
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	read_file(path, comm, sizeof(comm));
	comm[strcspn(comm, "\n\"\\")] = '\0';
	return comm;
}

/*
 * " COMM-PID [CPU] FLAGS TIME: signal_generate: sig=9 errno=0 code=128 comm=hog pid=7 grp=1 res=0";
 * COMM is "<...>" where the tracer has not met the process yet.
 */
static void tell_kill(char *line)
{
	char *event = strstr(line, ": signal_generate: "), *by = line, *dash, *at;
	int sig, error, code, pid, group, result;
	char comm[32];

	if (!event || sscanf(event,
			     ": signal_generate: sig=%d errno=%d code=%d comm=%31s pid=%d grp=%d "
			     "res=%d",
			     &sig, &error, &code, comm, &pid, &group, &result) != 7)
		return;
	*event = '\0';
	at = strrchr(line, ' ');
	by += strspn(by, " ");
	dash = strstr(by, " [");
	while (dash && dash > by && *dash != '-')
		dash--;
	if (!at || !dash || result != 0)
		return;
	*dash = '\0';
	if (!strcmp(by, "<...>"))
		by = comm_of(atoi(dash + 1));
	/* code: SI_KERNEL is the kernel's own, the out-of-memory killer's */
	dprintf(out_fd,
		"{\"kill\":{\"at\":%s,\"by\":\"%s\",\"sig\":%d,\"kernel\":%s,\"pid\":%d,"
		"\"comm\":\"%s\"}}\n",
		at + 1, by, sig, code == SI_KERNEL ? "true" : "false", pid, comm);
}

static void read_trace(int trace)
{
	static char buf[8192];
	static size_t have;
	char *line = buf, *end;
	ssize_t n;

	while ((n = read(trace, buf + have, sizeof(buf) - 1 - have)) > 0) {
		have += (size_t)n;
		buf[have] = '\0';
		for (line = buf; (end = strchr(line, '\n')); line = end + 1) {
			*end = '\0';
			tell_kill(line);
		}
		have -= (size_t)(line - buf);
		if (have == sizeof(buf) - 1)
			have = 0;
		memmove(buf, line, have);
	}
}

static struct pulse *pulse_at(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct pulse *p = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, (off_t)PAGE) == 0)
		p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		exit(1);
	*p = (struct pulse){ 0 }; /* a page of its own, locked */
	return p;
}

static double full_avg10(const char *path)
{
	char text[256];
	const char *at = strstr(read_file(path, text, sizeof(text)), "full avg10=");

	return at ? atof(at + strlen("full avg10=")) : -1;
}

static void tell_pulse(const struct pulse *p)
{
	static double dead_s;
	double now = seconds(), until, open_s;

	if (!p->pid)
		return;
	if (!dead_s && kill(p->pid, 0) < 0)
		dead_s = now;
	until = dead_s ? p->last_s : now;
	open_s = until - p->last_s;
	dprintf(out_fd,
		"{\"pulse\":{\"now\":%.3f,\"start\":%.3f,\"beats\":%lu,\"alive\":%s,"
		"\"longest_gap_ms\":%.0f,\"net_ms\":%.0f,\"at\":%.3f,\"open_gap_ms\":%.0f}}\n",
		now, p->start_s, p->beats, dead_s ? "false" : "true",
		(open_s > p->longest_s ? open_s : p->longest_s) * 1000,
		(open_s > p->net_s ? open_s : p->net_s) * 1000,
		open_s > p->longest_s ? p->last_s : p->longest_at_s, open_s * 1000);
	dprintf(out_fd,
		"{\"warden\":{\"longest_gap_ms\":%.0f,\"stolen_ms\":%.0f,\"full_avg10\":%.2f}}\n",
		own_longest_s * 1000, p->stolen_s * 1000, full_avg10(pressure_file));
}

/* The number after a name in a file; -1: it is not there. */
static long number_in(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? atol(at + strlen(name)) : -1;
}

static void tell_meters(void)
{
	static char info[4096], stat[16384], stall[512], cpu[16384];
	long user = -1, nice = -1, system = -1, idle = -1, disk = -1;
	const char *full;

	read_file("/proc/meminfo", info, sizeof(info));
	read_file("/proc/vmstat", stat, sizeof(stat));
	full = strstr(read_file("/proc/pressure/memory", stall, sizeof(stall)), "full ");
	sscanf(read_file("/proc/stat", cpu, sizeof(cpu)), "cpu %ld %ld %ld %ld %ld", &user, &nice,
	       &system, &idle, &disk);
	dprintf(out_fd,
		"{\"meters\":{\"at\":%.3f,\"free_kib\":%ld,\"available_kib\":%ld,"
		"\"active_file_kib\":%ld,\"inactive_file_kib\":%ld,\"refault_file\":%ld,"
		"\"some_us\":%ld,\"full_us\":%ld,\"user_ticks\":%ld,\"system_ticks\":%ld,\"idle_"
		"ticks\":%ld,"
		"\"disk_ticks\":%ld}}\n",
		seconds(), field_of(info, "MemFree"), field_of(info, "MemAvailable"),
		field_of(info, "Active(file)"), field_of(info, "Inactive(file)"),
		field_of(stat, "workingset_refault_file"), number_in(stall, "total="),
		full ? number_in(full, "total=") : -1, user + nice, system, idle, disk);
}

/* Who used the CPU, and how long: those who had half a second of it. */
static void tell_cpu(void)
{
	long hz = sysconf(_SC_CLK_TCK);
	DIR *proc = opendir("/proc");
	struct dirent *e;
	char text[1024], path[300];

	while (proc && (e = readdir(proc))) {
		unsigned long user, system;
		const char *after;

		snprintf(path, sizeof(path), "/proc/%s/stat", e->d_name);
		after = e->d_name[0] > '0' && e->d_name[0] <= '9'
				? strrchr(read_file(path, text, sizeof(text)), ')')
				: NULL;
		if (!after ||
		    sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
			   &system) != 2 ||
		    user + system < (unsigned long)hz / 2)
			continue;
		dprintf(out_fd, "{\"cpu\":{\"comm\":\"%s\",\"user_s\":%.2f,\"system_s\":%.2f}}\n",
			comm_of(atoi(e->d_name)), (double)user / (double)hz,
			(double)system / (double)hz);
	}
	if (proc)
		closedir(proc);
}

static pid_t run(char *argv[])
{
	pid_t pid = fork();

	if (pid == 0) {
		execv(argv[0], argv);
		_exit(126);
	}
	return pid;
}

static void late(struct pulse *p, double by_s)
{
	if (by_s > 0.005)
		p->stolen_s += by_s;
	if (p->start_s > 0 && by_s > own_longest_s)
		own_longest_s = by_s;
}

/* Until the scenario ends or its time is over: true when it ended. */
static bool watch(pid_t scenario, double limit_s, int trace, struct pulse *p)
{
	double last = seconds(), until = last + limit_s, told = last, metered = last;

	while (waitpid(scenario, NULL, WNOHANG) == 0) {
		double now;

		sleep_ms(TICK_MS);
		now = seconds();
		late(p, now - last - TICK_MS / 1000.);
		read_trace(trace);
		if (now - told > 5) {
			tell_pulse(p);
			told = now;
		}
		if (now - metered > 0.5) {
			tell_meters();
			metered = now;
		}
		last = seconds();
		if (now > until)
			return false;
	}
	return true;
}

static void leave(void)
{
	tcdrain(out_fd);
	sleep_ms(500); /* the guard's last words go through the journal */
	if (ioperm(EXIT_PORT, 1, 1) == 0)
		outb(16, EXIT_PORT);
}

int main(int argc, char *argv[])
{
	struct sched_param real_time = { .sched_priority = 50 };
	struct pulse *p;
	bool done;
	int trace;

	if (argc < 5)
		return 2;
	set_oom_score_adj(-1000);
	out_fd = serial("/dev/ttyS1");
	p = pulse_at(argv[2]);
	pressure_file = argv[3];
	trace = trace_signals();
	if (trace < 0)
		dprintf(out_fd, "{\"error\":\"no trace of signals\"}\n");
	mlockall(MCL_CURRENT | MCL_FUTURE);
	sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &real_time);
	done = watch(run(argv + 4), atof(argv[1]), trace, p);
	read_trace(trace);
	write_file(TRACING "events/signal/signal_generate/enable", "0");
	tell_pulse(p);
	tell_cpu();
	dprintf(out_fd, "{\"end\":\"%s\"}\n", done ? "done" : "time");
	leave();
	return 1;
}
