victims --root fixtures/hand-oom-settings.cap --json --cgroup /app.slice/worker.service
