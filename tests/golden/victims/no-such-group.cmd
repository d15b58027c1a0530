victims --root fixtures/hand-oom-settings.cap --cgroup /none
